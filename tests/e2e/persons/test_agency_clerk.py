"""The clerk of a street's agency: does all of it for elders without a phone, and puts right."""

from datetime import datetime, timedelta

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from tests.e2e.test_facts import ELSEWHERE, HOME, refusal, volunteer


def test_a_clerk_does_it_all_for_an_elder_without_a_phone(stage: Stage) -> None:
    clerk, other_clerk = stage.clerk(HOME), stage.clerk(ELSEWHERE)
    elder = story.register_at_the_desk(stage, 82, HOME)
    path = f"/v1/people/{elder.person_id}"
    seen = {"card_seen": True}
    refusal("forbidden", stage.client.post, f"{path}/verification", seen, other_clerk)
    stage.client.post(f"{path}/verification", seen, clerk)
    story.wait_until_known(stage, elder)
    story.approve_special_group(stage, elder, SpecialGroup.DEMENTIA, "诊断证明")
    story.grant(stage, elder, 240, "失智老人")
    story.until_coins(stage, elder, granted_minutes=240)
    refusal("forbidden", stage.client.get, f"{path}/wallet", other_clerk)

    start = story.daytime()
    request = story.publish(stage, elder, start, 60)
    assert request["submitted_by"] != elder.person_id
    refusal("forbidden", stage.client.get, f"{path}/kinships", other_clerk)
    worker = volunteer(stage)
    visit = story.complete_visit(stage, worker, request, 60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    body = {"stars": 5, "channel": "home_visit"}
    rating = f"/v1/visits/{visit['visit_id']}/rating"
    rated = story.until(
        lambda: stage.client.post(rating, body, clerk, clock), "a rating", "not_found"
    )
    assert rated["channel"] == "home_visit"


def test_a_clerk_settles_a_visit_without_a_check_out(stage: Stage) -> None:
    clerk = stage.clerk(HOME)
    elder = story.register_at_the_desk(stage, 82, HOME)
    stage.client.post(f"/v1/people/{elder.person_id}/verification", {"card_seen": True}, clerk)
    story.wait_until_known(stage, elder)
    story.approve_special_group(stage, elder, SpecialGroup.URGENT_NEED, "社区证明")
    story.grant(stage, elder, 120, "急需")
    story.until_coins(stage, elder, granted_minutes=120)
    start = story.daytime()
    request = story.publish(stage, elder, start, 120)
    worker = volunteer(stage)
    booking = story.accept(stage, worker, request)
    story.check_in(stage, worker, booking, story.position(request), start)
    late = start + timedelta(hours=7)
    visit = story.check_out(stage, worker, booking, story.position(request), late)
    assert visit["state"] == "excepted"
    assert story.wallet(stage, worker)["earned_minutes"] == 0

    path = f"/v1/visits/{visit['visit_id']}/decision"
    decision = {"minutes": 90, "reason": "老人确认服务了一个半小时"}
    for caller in (worker.token, stage.clerk(ELSEWHERE), stage.district_officer(elder.district)):
        refusal("forbidden", stage.client.post, path, decision, caller)
    decided = stage.client.post(path, decision, clerk, late)
    assert (decided["state"], decided["minutes"]) == ("completed", 90)
    refusal("wrong_state", stage.client.post, path, decision, clerk, late)
    story.until_coins(stage, worker, earned_minutes=90)
    story.until_coins(stage, elder, granted_minutes=30, held_minutes=0)
