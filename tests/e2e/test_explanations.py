"""Coins, stars and refusals are explained over HTTP: the version, the steps, the values."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.stage import Person, Stage
from tests.e2e.test_facts import (
    ELSEWHERE,
    HOME,
    elder_with_coins,
    refusal,
    soon,
    volunteer,
)


def told(explained: dict[str, Any]) -> dict[str, Any]:
    """The values of all steps, and that both languages are there with all of them filled in."""
    assert explained["zh"] and explained["en"]
    for step in explained["steps"]:
        assert step["zh"] and step["en"] and "{" not in step["zh"] + step["en"]
    return {name: value for step in explained["steps"] for name, value in step["values"].items()}


def test_a_refused_request_is_explained_at_once_and_later_to_whom_it_concerns(
    stage: Stage,
) -> None:
    elder, stranger = elder_with_coins(stage, minutes=60), volunteer(stage, ELSEWHERE)
    refused = refusal("insufficient_coins", story.publish, stage, elder, soon(), 90)
    explained = refused.body["explanation"]
    assert explained["zh"] == "时间币不够。"
    assert told(explained) == {"needed_minutes": 90, "spendable_minutes": 60}
    assert explained["policy_version"] >= 1

    path = f"/v1/requests/{refused.fields['request_id'][0]}/explanation"
    for reader in (elder.token, stage.clerk(HOME), stage.district_officer(HOME[:6])):
        later = stage.client.get(path, reader)
        assert (later["state"], later["why"]) == ("refused", "insufficient_coins")
        assert later["policy_version"] == explained["policy_version"]
        values = told(later)
        assert (values["needed_minutes"], values["spendable_minutes"]) == (90, 60)
    refusal("forbidden", stage.client.get, path, stranger.token)
    refusal("forbidden", stage.client.get, path, stage.clerk(ELSEWHERE))


def test_a_rule_that_refuses_names_its_version_and_what_it_compared(stage: Stage) -> None:
    worker, elder = volunteer(stage), elder_with_coins(stage)
    request = story.publish(stage, elder, soon(), 60)
    booking = story.accept(stage, worker, request)
    path = f"/v1/bookings/{booking['booking_id']}/check-in"
    refused = refusal("outside_window", stage.client.post, path, elder.home, worker.token)
    explained = refused.body["explanation"]
    values = told(explained)
    assert values["early_minutes"] == 30
    assert {"earliest", "latest"} <= set(values)
    assert explained["policy_version"] >= 1 and explained["effective_from"]
    rules = {step["rule"] for step in explained["steps"]}
    assert "visit.check_in_early_minutes" in rules

    form = stage.client.post
    wrong = refusal("invalid_request", form, "/v1/requests", {"minutes": "x"}, elder.token)
    said = [step["zh"] for step in wrong.body["explanation"]["steps"]]
    assert "分钟数：应填整数。" in said


def ward_of(stage: Stage, elder: Person, guardian: Person) -> None:
    clerk = stage.clerk(HOME)
    pair = {"ward_id": elder.person_id, "guardian_id": guardian.person_id}
    named = stage.client.post("/v1/guardianships", pair, clerk)["guardianship_id"]
    paper = {"paper": "court_ruling"}
    stage.client.post(f"/v1/guardianships/{named}/confirmation", paper, clerk)


def test_s8_s10_a_guardian_rates_and_the_volunteers_stars_and_coins_are_explained(
    stage: Stage,
) -> None:
    worker, elder, guardian = volunteer(stage), elder_with_coins(stage), volunteer(stage)
    ward_of(stage, elder, guardian)
    client, request = stage.client, story.publish(stage, elder, soon(), 60)
    visit = story.complete_visit(stage, worker, request, 60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    rating = f"/v1/visits/{visit['visit_id']}/rating"
    body = {"stars": 2, "words": "来得晚", "wants_to_complain": True}
    refusals = ("not_found", "not_the_elder")
    story.until(lambda: client.post(rating, body, guardian.token, clock), "a rating", *refusals)
    assert client.get(rating, guardian.token, clock)["rated_by"] == guardian.person_id

    for reader, area in (
        (stage.clerk(HOME), HOME),
        (stage.district_officer(HOME[:6]), HOME[:6]),
        (stage.city_officer, HOME[:6]),
    ):
        listed = client.get("/v1/complaints", reader, clock, area=area, limit=100)["items"]
        assert visit["visit_id"] in {each["visit_id"] for each in listed}
    refusal("forbidden", client.get, "/v1/complaints", worker.token, clock, area=HOME)

    shown = client.get(f"/v1/people/{worker.person_id}/stars", worker.token, clock)
    assert (shown["stars"], shown["next_star"], shown["minutes"]) == (0, 1, 60)
    values = told(shown)
    assert values["missing_minutes"] == 100 * 60 - 60
    counted = float(values["prior_stars"]) * float(values["prior_ratings"]) + 2
    assert values["reputation"] == f"{counted / (float(values['prior_ratings']) + 1):.2f}"
    recount = f"/v1/people/{worker.person_id}/reputation/recount"
    counted_anew = client.get(recount, stage.city_officer, clock)
    assert counted_anew["equal"] and counted_anew["counted_minutes"] == 60
    for token in (worker.token, elder.token, stage.clerk(HOME)):
        refusal("forbidden", client.get, recount, token, clock)

    why = client.get(f"/v1/visits/{visit['visit_id']}/explanation", elder.token, clock)
    assert (why["state"], why["minutes"], why["policy_version"] >= 1) == ("completed", 60, True)
    story.until_coins(stage, worker, earned_minutes=60)
    earned = client.get(f"/v1/people/{worker.person_id}/earnings", worker.token)["items"][0]
    transfer = f"/v1/transfers/{earned['transfer_id']}"
    explained = client.get(transfer, worker.token)
    assert told(explained)["posted_minutes"] == 60
    assert explained["policy_version"] == why["policy_version"]
