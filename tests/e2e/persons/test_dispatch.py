"""A street's day is dispatched: asked for, computed by its own process, accepted, booked."""

from datetime import timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.stage import Person, Stage, until
from services.kernel.calendar import CITY_TIME
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, volunteer


# A day on which no other test asks for anything.
DAYS_AHEAD = timedelta(days=40)
WHOLE_WEEK = [{"weekday": day, "begins": "06:00", "ends": "20:00"} for day in range(1, 8)]


def give_time(stage: Stage, who: Person, **more: Any) -> dict[str, Any]:
    profile = {
        "languages": ["mandarin"],
        "free_times": WHOLE_WEEK,
        "most_minutes_a_day": 240,
        "radius_metres": 3_000,
        "dispatchable": True,
    }
    path = f"/v1/people/{who.person_id}/profile"
    return dict(stage.client.post(path, profile | more, who.token))


def test_a_clerk_dispatches_a_day_and_the_volunteers_see_their_bookings(stage: Stage) -> None:
    clerk, elder, worker = stage.clerk(HOME), elder_with_coins(stage, 240), volunteer(stage)
    give_time(stage, worker)
    start = story.daytime() + DAYS_AHEAD
    wishes = [
        story.publish(stage, elder, start + timedelta(hours=hours), 60, hours=1) for hours in (0, 2)
    ]
    day = start.astimezone(CITY_TIME).date().isoformat()
    wanted = {"area": HOME, "day": day}
    for caller in (worker.token, elder.token, stage.clerk(ELSEWHERE)):
        refusal("forbidden", stage.client.post, "/v1/plans", wanted, caller)
    path = f"/v1/plans/{stage.client.post('/v1/plans', wanted, clerk)['plan_id']}"

    def computed() -> dict[str, Any] | None:
        plan = stage.client.get(path, clerk)
        return None if plan["state"] == "asked" else dict(plan)

    plan = until(computed, "a plan of the day")
    assert (plan["state"], plan["requests"], plan["served"]) == ("computed", 2, 2)
    lines = {line["request_id"]: line for line in plan["lines"]}
    assert set(lines) == {wish["request_id"] for wish in wishes}
    assert all(line["parts"][-1]["zh"] for line in plan["lines"])
    refusal("forbidden", stage.client.get, path, worker.token)
    refusal("forbidden", stage.client.post, f"{path}/acceptance", {}, worker.token)
    accepted = stage.client.post(f"{path}/acceptance", {}, clerk)
    assert (accepted["state"], accepted["booked"], accepted["overtaken"]) == ("accepted", 2, 0)
    for line in accepted["lines"]:
        booking = stage.client.get(f"/v1/bookings/{line['booking_id']}", elder.token)
        assert booking["volunteer_id"] == line["volunteer_id"]


def test_an_elder_invites_the_best_of_the_candidates_who_accepts(stage: Stage) -> None:
    elder, worker, stranger = elder_with_coins(stage, 120), volunteer(stage), volunteer(stage)
    base = elder.home | {"latitude": elder.latitude + 0.002}
    shown = give_time(stage, worker, dispatchable=False, base=base)
    assert shown["base"] == base
    start = story.daytime() + DAYS_AHEAD + timedelta(days=1)
    request = story.publish(stage, elder, start, 60)
    path = f"/v1/requests/{request['request_id']}"
    refusal("forbidden", stage.client.get, f"{path}/candidates", stranger.token)
    found = stage.client.get(f"{path}/candidates", elder.token, limit=50)["items"]
    (mine,) = [each for each in found if each["volunteer_id"] == worker.person_id]
    assert abs(sum(part["points"] for part in mine["parts"]) - mine["score"]) < 1e-9
    assert mine["name"].endswith("*")
    fitting = stage.client.get("/v1/requests/nearby", worker.token, fits_me="true", limit=100)
    (near,) = [each for each in fitting["items"] if each["request_id"] == request["request_id"]]
    assert "fits_time" in [reason["code"] for reason in near["reasons"]]
    invited = {"volunteer_ids": [worker.person_id]}
    refusal("forbidden", stage.client.post, f"{path}/invitations", invited, stranger.token)
    (sent,) = stage.client.post(f"{path}/invitations", invited, elder.token)["items"]
    answer = f"/v1/invitations/{sent['invitation_id']}/answer"
    refusal("forbidden", stage.client.post, answer, {"accept": True}, stranger.token)
    accepted = stage.client.post(answer, {"accept": True}, worker.token)
    assert accepted["state"] == "accepted"
    booking = stage.client.get(f"/v1/bookings/{accepted['booking_id']}", worker.token)
    assert booking["volunteer_id"] == worker.person_id
