"""The elder with a phone: asks for help, knows who is coming, confirms, rates."""

from datetime import datetime, timedelta

from deploy.demo import proofs, story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage, log_in
from services.identity.contract import Role, SpecialGroup
from services.kernel.calendar import CITY_TIME
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, volunteer


def test_an_elder_asks_for_help_knows_who_comes_and_rates(stage: Stage) -> None:
    elder = story.register_and_verify(stage, 78, HOME, willing_and_healthy=False)
    start = story.daytime()
    refusal("insufficient_coins", story.publish, stage, elder, start, 120)
    story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    story.grant(stage, elder, 240, "高龄老人")
    story.until_coins(stage, elder, granted_minutes=240)

    first = story.publish(stage, elder, start, 60)
    spare = story.publish(stage, elder, start + timedelta(hours=5), 60)
    story.until_coins(stage, elder, held_minutes=120)
    neighbour = story.register_and_verify(stage, 70, HOME)
    refusal("forbidden", story.cancel, stage, neighbour, spare, "不是我的")
    story.cancel(stage, elder, spare, "女儿来了")
    story.until_coins(stage, elder, held_minutes=60)

    worker = volunteer(stage)
    booking = story.accept(stage, worker, first)
    path = f"/v1/requests/{first['request_id']}"
    shown = stage.client.get(path, elder.token)
    assert (shown["state"], shown["volunteer_id"]) == ("accepted", worker.person_id)
    refusal("forbidden", stage.client.get, path, neighbour.token)
    refusal("forbidden", stage.client.get, path, stage.clerk(ELSEWHERE))
    refusal("forbidden", story.check_in, stage, elder, booking, elder.home, start)

    # The code on the elder's own phone proves that the volunteer is there.
    code = f"/v1/people/{elder.person_id}/visit-code"
    refusal("forbidden", stage.client.post, code, {}, worker.token)
    proofs.set_up_visit_code(stage, elder)
    refusal("forbidden", stage.client.get, code, worker.token)
    refusal("forbidden", stage.client.get, code, stage.clerk(HOME))
    typed = proofs.visit_code(stage, elder, start)
    story.check_in(stage, worker, booking, typed, start)
    assert stage.client.get(path, elder.token)["state"] == "underway"
    end = start + timedelta(minutes=60)
    refusal("wrong_code", story.check_out, stage, worker, booking, typed, end)
    visit = story.check_out(stage, worker, booking, proofs.visit_code(stage, elder, end), end)
    assert [visit[proof]["method"] for proof in ("start_proof", "end_proof")] == ["code"] * 2
    assert stage.client.get(f"/v1/visits/{visit['visit_id']}", elder.token)["minutes"] == 60
    story.until_coins(stage, elder, granted_minutes=180, held_minutes=0)

    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    story.rate(stage, elder, visit, 4, "谢谢", clock)
    refusal("already_rated", story.rate, stage, elder, visit, 1, "", clock)
    refusal("not_the_elder", story.rate, stage, neighbour, visit, 1, "", clock)


def test_an_elder_changes_the_phone_and_nobody_comes_in_by_the_old_one(stage: Stage) -> None:
    elder = story.register_and_verify(stage, 72, HOME)
    path = f"/v1/people/{elder.person_id}"
    phone = story.fresh_details(stage, 72, stage.population.city.street(HOME))["phone"]
    new = {"phone": phone}
    refusal("proof_needed", stage.client.post, f"{path}/phone", new, elder.token)
    wrong = new | {"password": "a guess"}
    refusal("wrong_proof", stage.client.post, f"{path}/phone", wrong, elder.token)
    stranger = volunteer(stage)
    right = new | {"password": stage.password}
    refusal("forbidden", stage.client.post, f"{path}/phone", right, stranger.token)
    # The code went to the new phone, which nobody here holds; the clerk sees the elder at the desk.
    refusal("phone_not_confirmed", stage.client.post, f"{path}/phone", right, elder.token)
    stage.client.post(f"{path}/phone", new, stage.clerk(HOME))

    def void() -> bool | None:
        try:
            stage.client.get(path, elder.token)
        except Problem as problem:
            return problem.code == "session_revoked" or None
        return None

    story.until(void, "the old token to be void")
    refusal("bad_credentials", log_in, stage.client, elder.phone, stage.password)
    token = log_in(stage.client, phone, stage.password)
    assert stage.client.get(path, token)["phone"] == phone


def test_an_elder_who_moves_is_served_by_the_new_street(stage: Stage) -> None:
    elder = story.register_and_verify(stage, 72, HOME)
    path, old, new = f"/v1/people/{elder.person_id}", stage.clerk(HOME), stage.clerk(ELSEWHERE)
    refusal("forbidden", stage.client.get, path, new)
    street = stage.population.city.street(ELSEWHERE)
    details = story.fresh_details(stage, 72, street)
    moved = {name: details[name] for name in ("street", "address", "home")}
    refusal("forbidden", stage.client.post, f"{path}/address", moved, new)
    stage.client.post(f"{path}/address", moved, elder.token)
    assert stage.client.get(path, new)["street"] == ELSEWHERE
    refusal("forbidden", stage.client.get, path, old)


def test_an_elder_asks_every_week_and_skips_a_day(stage: Stage) -> None:
    elder, neighbour = elder_with_coins(stage), story.register_and_verify(stage, 72, HOME)
    first = story.daytime().astimezone(CITY_TIME).date()
    wish = {
        "elder_id": elder.person_id,
        "weekday": first.isoweekday(),
        "time_of_day": "09:00",
        "minutes": 60,
        "first_on": first.isoformat(),
        "last_on": (first + timedelta(days=14)).isoformat(),
        "category": "assistance",
        "place": elder.place,
    }
    refusal("forbidden", stage.client.post, "/v1/series", wish, neighbour.token)
    series = stage.client.post("/v1/series", wish, elder.token)
    path = f"/v1/series/{series['series_id']}"
    refusal("forbidden", stage.client.get, path, neighbour.token)
    skipped = {"occurs_on": (first + timedelta(days=7)).isoformat(), "reason": "去医院"}
    refusal("forbidden", stage.client.post, f"{path}/skips", skipped, neighbour.token)
    stage.client.post(f"{path}/skips", skipped, elder.token)
    operator = stage.staff(Role.OPERATOR, stage.population.city.code)
    stage.client.post("/v1/operations/occurrences", {}, operator)

    def days_asked_for() -> list[str] | None:
        asked = stage.client.get("/v1/requests", elder.token, elder_id=elder.person_id)["items"]
        days = sorted(
            datetime.fromisoformat(each["starts_at"]).astimezone(CITY_TIME).date().isoformat()
            for each in asked
            if each["state"] == "open"
        )
        return days or None

    days = story.until(days_asked_for, "the series' first request")
    assert days[0] == first.isoformat()
    assert skipped["occurs_on"] not in days
