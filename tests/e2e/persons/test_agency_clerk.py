"""The clerk of a street's agency: does all of it for elders without a phone, and puts right."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import proofs, story
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, volunteer
from tests.integration.matching.phones import Phone


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

    refusal("forbidden", stage.client.post, f"{path}/code-card", {}, other_clerk)
    card = proofs.code_card(stage, elder)
    refusal("forbidden", stage.client.get, f"{path}/code-card", other_clerk)
    start = story.daytime()
    request = story.publish(stage, elder, start, 60)
    assert request["submitted_by"] != elder.person_id
    refusal("forbidden", stage.client.get, f"{path}/kinships", other_clerk)
    worker = volunteer(stage)
    booking = story.accept(stage, worker, request)
    story.check_in(stage, worker, booking, card[0], start)
    end = start + timedelta(minutes=60)
    refusal("wrong_code", story.check_out, stage, worker, booking, card[0], end)
    visit = story.check_out(stage, worker, booking, card[1], end)
    assert [visit[proof]["method"] for proof in ("start_proof", "end_proof")] == ["card"] * 2
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    body = {"stars": 5, "channel": "home_visit"}
    rating = f"/v1/visits/{visit['visit_id']}/rating"
    rated = story.until(
        lambda: stage.client.post(rating, body, clerk, clock), "a rating", "not_found"
    )
    assert rated["channel"] == "home_visit"


def queue_of(stage: Stage, area: str, token: str) -> list[str]:
    """The visits of an area that wait for a decision."""
    shown = stage.client.get("/v1/exceptions", token, area=area, limit=100)
    return [visit["visit_id"] for visit in shown["items"]]


def test_a_clerk_settles_a_visit_without_a_check_out(stage: Stage) -> None:
    clerk, elder, worker = stage.clerk(HOME), elder_with_coins(stage, 120), volunteer(stage)
    start = story.daytime()
    request = story.publish(stage, elder, start, 120)
    booking = story.accept(stage, worker, request)
    story.check_in(stage, worker, booking, story.position(request), start)
    late = start + timedelta(hours=7)
    visit = story.check_out(stage, worker, booking, story.position(request), late)
    assert (visit["state"], visit["exception"]["state"]) == ("excepted", "open")
    assert visit["exception"]["reasons"][0]["words_zh"]
    assert story.wallet(stage, worker)["earned_minutes"] == 0

    assert visit["visit_id"] in queue_of(stage, HOME, clerk)
    refusal("forbidden", queue_of, stage, HOME, stage.clerk(ELSEWHERE))
    refusal("forbidden", queue_of, stage, HOME, worker.token)
    path = f"/v1/visits/{visit['visit_id']}/decision"
    decision = {"minutes": 90, "reason": "老人确认服务了一个半小时"}
    for caller in (worker.token, elder.token, stage.clerk(ELSEWHERE)):
        refusal("forbidden", stage.client.post, path, decision, caller)
    decided = stage.client.post(path, decision, clerk, late)
    assert (decided["state"], decided["minutes"]) == ("completed", 90)
    refusal("wrong_state", stage.client.post, path, decision, clerk, late)
    assert visit["visit_id"] not in queue_of(stage, HOME, clerk)
    story.until_coins(stage, worker, earned_minutes=90)
    story.until_coins(stage, elder, granted_minutes=30, held_minutes=0)


def test_a_clerk_hands_in_what_the_agencys_terminal_recorded_without_a_network(
    stage: Stage,
) -> None:
    clerk, elder, worker = stage.clerk(HOME), elder_with_coins(stage, 120), volunteer(stage)
    terminal = Phone(HOME)
    refusal("forbidden", stage.client.post, "/v1/devices", terminal.registration(), worker.token)
    stage.client.post("/v1/devices", terminal.registration(), clerk)
    start = story.daytime()
    request = story.publish(stage, elder, start, 60)
    booking = story.accept(stage, worker, request)["booking_id"]
    end = start + timedelta(minutes=60)
    captures = [
        terminal.capture(kind, booking, at, **story.position(request))
        for kind, at in (("check_in", start), ("check_out", end))
    ]
    path = f"/v1/devices/{terminal.device_id}/captures"
    batch = terminal.batch(captures, end)
    forged = batch | {"batch": batch["batch"] + " "}
    refusal("bad_signature", hand_in, stage, path, forged, clerk, end)
    refusal("forbidden", hand_in, stage, path, batch, stage.clerk(ELSEWHERE), end)
    again = terminal.batch(captures, end)
    for handed, outcome in ((batch, "taken"), (batch, "taken"), (again, "repeated")):
        answer = hand_in(stage, path, handed, clerk, end)
        assert [each["outcome"] for each in answer["items"]] == [outcome] * 2
    story.until_coins(stage, worker, earned_minutes=60)
    story.until_coins(stage, elder, granted_minutes=60, held_minutes=0)


def hand_in(
    stage: Stage, path: str, batch: dict[str, Any], token: str, clock: datetime
) -> dict[str, Any]:
    body = {name: value for name, value in batch.items() if name != "device_id"}
    return stage.client.post(path, body, token, clock)


def test_a_clerk_reviews_what_the_district_wants_looked_at_first(stage: Stage) -> None:
    clerk, elder = stage.clerk(HOME), elder_with_coins(stage, 120)
    code = f"night-watch-{elder.person_id[-8:]}"
    item = {
        "item_code": code,
        "category": "assistance",
        "district": elder.district,
        "name_zh": "夜间陪护",
        "name_en": "Night watch",
        "needs_review": True,
        "reason": "夜间上门先由街道看一看",
    }
    refusal("forbidden", stage.client.post, "/v1/items", item, clerk)
    officer = stage.district_officer(elder.district)
    refusal(
        "forbidden", stage.client.post, "/v1/items", item, stage.district_officer(ELSEWHERE[:6])
    )
    stage.client.post("/v1/items", item, officer)
    wish = {"category": None, "item_code": code}
    first = story.publish(stage, elder, story.daytime(), 60, **wish)
    second = story.publish(stage, elder, story.daytime(5), 60, **wish)
    assert (first["state"], second["state"]) == ("in_review", "in_review")
    worker = volunteer(stage)
    refusal("request_not_open", story.accept, stage, worker, first)
    waiting = stage.client.get("/v1/reviews", clerk, area=HOME, limit=100)["items"]
    mine = {first["request_id"], second["request_id"]}
    assert mine <= {each["request_id"] for each in waiting}
    refusal("forbidden", stage.client.get, "/v1/reviews", stage.clerk(ELSEWHERE), area=HOME)

    def review(request: dict[str, Any], approved: bool, token: str) -> dict[str, Any]:
        path = f"/v1/requests/{request['request_id']}/review"
        return stage.client.post(path, {"approved": approved, "reason": "已电话核实"}, token)

    for caller in (elder.token, stage.clerk(ELSEWHERE)):
        refusal("forbidden", review, first, True, caller)
    assert review(first, True, clerk)["state"] == "open"
    assert review(second, False, clerk)["state"] == "refused"
    story.until_coins(stage, elder, held_minutes=60)
    assert story.accept(stage, worker, first)["state"] == "accepted"


def test_a_clerk_waives_a_strike_that_was_not_the_volunteers_fault(stage: Stage) -> None:
    clerk, worker, elder = stage.clerk(HOME), volunteer(stage), elder_with_coins(stage, 60)
    start = story.daytime()
    booking = story.accept(stage, worker, story.publish(stage, elder, start, 60))
    release = f"/v1/bookings/{booking['booking_id']}/release"
    short_before = start - timedelta(minutes=20)
    stage.client.post(release, {"reason": "地铁停运"}, worker.token, short_before)
    path = f"/v1/people/{worker.person_id}/strikes"
    (strike,) = stage.client.get(path, worker.token)["items"]
    assert (strike["kind"], strike["state"]) == ("late_release", "given")
    refusal("forbidden", stage.client.get, path, elder.token)
    waiver = f"/v1/strikes/{strike['strike_id']}/waiver"
    reason = {"reason": "地铁确实停运"}
    for caller in (worker.token, stage.clerk(ELSEWHERE)):
        refusal("forbidden", stage.client.post, waiver, reason, caller)
    assert stage.client.post(waiver, reason, clerk)["state"] == "waived"
