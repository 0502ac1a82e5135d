"""The clerk sees to it that somebody comes: candidates, invitations, a day planned at once."""

from datetime import datetime
from typing import Any

from deploy.demo import dispatching, story
from deploy.demo.stage import Stage
from services.kernel.calendar import city_date
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, volunteer


QUIET_STREET, DISTRICT = "110105026", "110105"


def test_a_clerk_invites_the_candidate_who_fits_and_she_accepts(stage: Stage) -> None:
    clerk, elder = stage.clerk(QUIET_STREET), elder_with_coins(stage, 60, QUIET_STREET)
    fits, other = (volunteer(stage, QUIET_STREET) for _ in range(2))
    for each in (fits, other):
        dispatching.set_profile(stage, each, dispatchable=False)
    request = story.publish(stage, elder, story.daytime(), 60)
    path = f"/v1/requests/{request['request_id']}"
    refusal("forbidden", stage.client.get, f"{path}/candidates", fits.token)
    refusal("forbidden", stage.client.get, f"{path}/candidates", stage.clerk(ELSEWHERE))
    ranked = stage.client.get(f"{path}/candidates", clerk, limit=50)["items"]
    assert {fits.person_id, other.person_id} <= {each["volunteer_id"] for each in ranked}
    for each in ranked:
        assert abs(sum(part["points"] for part in each["parts"]) - each["score"]) < 0.001
        assert all(part["zh"] and part["en"] for part in each["parts"])

    asked = {"volunteer_ids": [fits.person_id]}
    refusal("forbidden", stage.client.post, f"{path}/invitations", asked, other.token)
    (sent,) = stage.client.post(f"{path}/invitations", asked, clerk)["items"]
    listed = stage.client.get("/v1/invitations", fits.token, volunteer_id=fits.person_id)["items"]
    assert [each["invitation_id"] for each in listed] == [sent["invitation_id"]]
    answer = f"/v1/invitations/{sent['invitation_id']}/answer"
    refusal("forbidden", stage.client.post, answer, {"accept": True}, other.token)
    accepted = stage.client.post(answer, {"accept": True}, fits.token)
    assert accepted["state"] == "accepted"
    seen = stage.client.get(path, elder.token)
    assert (seen["state"], seen["volunteer_id"]) == ("accepted", fits.person_id)
    refusal("invitation_ended", stage.client.post, answer, {"accept": False}, fits.token)


def test_a_clerk_has_a_day_planned_looks_at_it_and_accepts_it(stage: Stage) -> None:
    clerk, elsewhere = stage.clerk(QUIET_STREET), stage.clerk(HOME)
    start = story.daytime(24 * 9)
    helpers = [volunteer(stage, QUIET_STREET) for _ in range(2)]
    for helper in helpers:
        dispatching.set_profile(stage, helper)
    elders = [elder_with_coins(stage, 60, QUIET_STREET) for _ in range(2)]
    requests = [story.publish(stage, elder, start, 60, hours=1) for elder in elders]
    day = city_date(start)
    for caller in (elsewhere, helpers[0].token, stage.city_officer):
        refusal("forbidden", dispatching.ask_for_plan, stage, QUIET_STREET, day, caller)
    asked = dispatching.ask_for_plan(stage, QUIET_STREET, day, clerk)
    plan = dispatching.computed(stage, asked, clerk)
    assert (plan["state"], plan["requests"], plan["served"]) == ("computed", 2, 2)
    refusal("forbidden", stage.client.get, f"/v1/plans/{plan['plan_id']}", elsewhere)
    refusal("forbidden", dispatching.accept_plan, stage, plan, elsewhere)
    assert stage.client.get(f"/v1/plans/{plan['plan_id']}", stage.district_officer(DISTRICT))
    assert all(state_of(stage, each, clerk) == "open" for each in requests)

    accepted = dispatching.accept_plan(stage, plan, clerk)
    assert (accepted["booked"], accepted["overtaken"]) == (2, 0)
    comes = {line["request_id"]: line["volunteer_id"] for line in accepted["lines"]}
    assert set(comes.values()) == {helper.person_id for helper in helpers}
    for request in requests:
        seen = stage.client.get(f"/v1/requests/{request['request_id']}", clerk)
        assert (seen["state"], seen["volunteer_id"]) == ("accepted", comes[request["request_id"]])
        assert datetime.fromisoformat(seen["starts_at"]) == start


def state_of(stage: Stage, request: dict[str, Any], token: str) -> str:
    return str(stage.client.get(f"/v1/requests/{request['request_id']}", token)["state"])
