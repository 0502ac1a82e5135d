"""S8: minutes are disputed, weighed, decided, appealed and settled, by nobody who took part."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.identity.contract import (
    ConsentEnd,
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    KinshipConfirmed,
)
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.matching.contract import VisitNoShow
from services.rating.contract import (
    AlreadyDisputed,
    AppealClosed,
    DisputeDecided,
    DisputeOpened,
    DisputeOver,
    DisputeWindowClosed,
    EnoughEvidence,
    HighestLevel,
    IsParty,
    NotDecidedYet,
    NotFrozenYet,
    OutcomeNotPossible,
)
from services.rating.storage import KinRow, PowerRow, ServedVisitRow
from services.rating.storage.dispute_lists import left_waiting
from tests.integration.conftest import Running
from tests.integration.rating.conftest import SOON, STREET, Visit
from tests.integration.rating.disputing import DAY, DISTRICT, ENDED, Disputing


@pytest.fixture(scope="module")
def disputing(running_throughout: Callable[..., Running]) -> Disputing:
    return Disputing(running_throughout("rating"))


def test_s8_an_elder_disputes_and_on_appeal_the_district_gives_back_some(
    disputing: Disputing,
) -> None:
    volunteer = Caller(uuid4())
    visit = disputing.visited(volunteer)
    dispute = disputing.open(visit)
    assert (dispute["state"], dispute["level"], dispute["frozen_minutes"]) == (
        "awaiting_freeze",
        "street",
        None,
    )
    [told] = [
        each
        for each in disputing.recorded(DisputeOpened)
        if each["dispute_id"] == dispute["dispute_id"]
    ]
    assert told["side"] == "elder" and told["claim"] == "too_much" and told["freezes"]
    assert (told["district"], told["street"]) == (DISTRICT, STREET)
    with pytest.raises(NotFrozenYet):
        disputing.decide(dispute, disputing.clerk)
    disputing.tell_frozen(dispute)
    disputing.until(dispute, "under_review")

    disputing.say(dispute, visit.volunteer, "来了一小时，电话13800138000可证")
    seen = disputing.show(dispute, visit.elder)
    assert [each["words"] for each in seen["evidence"]] == ["来了一小时，电话•••可证"]
    assert [each["act"] for each in seen["acts"]] == ["give_evidence", "withdraw"]
    assert "13800138000" in disputing.show(dispute, disputing.clerk)["evidence"][0]["words"]
    with pytest.raises(NotDecidedYet):
        disputing.act("appeal", dispute, volunteer, words="不同意")

    said = "电话13900139000核实"
    decided = disputing.decide(dispute, disputing.clerk, "reverse", reason=said)
    assert decided["decisions"][0]["zh"] == "全部退回，共60分钟"
    assert decided["decisions"][0]["reason"] == said
    assert disputing.show(dispute, volunteer)["decisions"][0]["reason"] == "电话•••核实"
    with pytest.raises(DisputeWindowClosed):
        disputing.open(disputing.visited(), now=ENDED + 8 * DAY)
    appealed = disputing.act("appeal", dispute, volunteer, words="至少四十分钟")
    assert (appealed["state"], appealed["level"]) == ("appealed", "district")
    with pytest.raises(AppealClosed):
        disputing.act("appeal", dispute, visit.elder, words="也不同意")
    final = disputing.decide(dispute, disputing.district, "partial", returned_minutes=20)
    assert (final["state"], final["ending"]) == ("settling", "appeal_decided")
    told = [each for each in disputing.recorded(DisputeDecided) if is_of(each, dispute)]
    assert [(each["is_appeal"], each["level"]) for each in told] == [
        (False, "street"),
        (True, "district"),
    ]
    assert told[0]["appealable_until"] and told[1]["appealable_until"] is None
    [closed] = disputing.closed(dispute)
    assert (closed["outcome"], closed["returned_minutes"], closed["reason"]) == (
        "partial",
        20,
        "appeal_decided",
    )
    disputing.tell_settled(dispute, returned=20, released=40)
    settled = disputing.until(dispute, "settled")
    assert settled["returned_minutes"] == 20
    assert [each["act"] for each in settled["steps"]] == [
        "open",
        "freeze",
        "decide",
        "appeal",
        "decide",
        "settle",
    ]
    assert minutes_of(disputing, volunteer) == 40
    with pytest.raises(DisputeOver):
        disputing.say(dispute, visit.elder, "还有一句")
    # Rating goes on beside it.
    assert disputing.rate(visit, stars=3)["stars"] == 3


def is_of(event: dict[str, Any], dispute: dict[str, Any]) -> bool:
    return bool(event["dispute_id"] == dispute["dispute_id"])


def minutes_of(disputing: Disputing, volunteer: Caller) -> int:
    """The minutes that count for stars, equal to those counted from nothing."""
    payload = {"person_id": str(volunteer.person_id)}
    counted = disputing.call("recount_reputation", payload, disputing.city, key=None)
    assert counted["equal"]
    shown = disputing.call("show_stars", payload, volunteer, key=None, now=SOON)
    return int(shown["minutes"])


def test_a_deadline_hands_up_and_no_silence_decides(disputing: Disputing) -> None:
    dispute = disputing.reviewed()
    handed = SOON + 3 * DAY
    assert disputing.sweep(handed)["escalated"] == 0
    assert disputing.sweep(handed + DAY)["escalated"] >= 1
    at_district = disputing.show(dispute)
    assert (at_district["level"], at_district["state"]) == ("district", "under_review")
    with pytest.raises(Forbidden):
        disputing.decide(dispute, disputing.clerk, now=handed + DAY)
    # An officer who comes after the deadline finds that it is the city's: the timer need not run.
    late = handed + 9 * DAY
    with pytest.raises(Forbidden):
        disputing.decide(dispute, disputing.district, now=late)
    disputing.sweep(late)
    overdue = disputing.show(dispute, disputing.city, now=late + 100 * DAY)
    assert (overdue["level"], overdue["overdue"]) == ("city", True)
    disputing.sweep(late + 100 * DAY)
    assert disputing.show(dispute)["state"] == "under_review"
    with disputing.session() as session:
        assert left_waiting(session, late + 100 * DAY)[0] > left_waiting(session, late)[0]
    with pytest.raises(HighestLevel):
        disputing.act("hand_up", dispute, disputing.city, now=late, reason="?")
    disputing.decide(dispute, disputing.city, now=late)
    assert not disputing.closed(dispute)
    assert disputing.sweep(late + 8 * DAY)["closed"] == 1
    assert [each["reason"] for each in disputing.closed(dispute)] == ["decided"]
    with pytest.raises(AppealClosed) as refused:
        decided_at, late = late, late + 9 * DAY
        disputing.act("appeal", dispute, disputing.clerk, late, words="?", side="elder")
    assert refused.value.fields == {"decided_at": decided_at.isoformat(), "appeal_days": 7}
    assert refused.value.policy is not None and refused.value.policy["version"] == 1


def test_what_the_city_decided_another_of_the_city_hears_on_appeal(disputing: Disputing) -> None:
    visit = disputing.visited()
    dispute = disputing.reviewed(visit)
    for caller in (disputing.clerk, disputing.district):
        disputing.act("hand_up", dispute, caller, reason="涉及多个街道")
    disputing.decide(dispute, disputing.city)
    disputing.act("appeal", dispute, visit.elder, words="请再看一次")
    with pytest.raises(IsParty):
        disputing.decide(dispute, disputing.city)
    assert disputing.decide(dispute, disputing.other_city)["state"] == "settling"


def test_an_arbiter_took_no_part_and_is_close_to_nobody_who_did(disputing: Disputing) -> None:
    acted, kin, opener, helper = (Caller(uuid4(), disputing.clerk.roles) for _ in range(4))
    visit = disputing.visited(acted_by=[acted.person_id])
    kinship = {"kinship_id": uuid4(), "confirmed_by": uuid4(), "relation": "child"}
    pair = {"person_id": visit.elder.person_id, "relative_id": kin.person_id}
    disputing.publish(KinshipConfirmed, district=DISTRICT, **kinship, **pair)
    disputing.eventually(lambda: has_row(disputing, KinRow, kinship["kinship_id"]))
    dispute = disputing.open(visit, opener)
    assert dispute["side"] == "clerk"
    disputing.tell_frozen(dispute)
    disputing.until(dispute, "under_review")
    # At the desk the clerk writes down what the elder says, and is no arbiter any more.
    disputing.say(dispute, helper, "老人说只来了40分钟", side="elder")
    for barred in (acted, kin, opener, helper):
        with pytest.raises(IsParty):
            disputing.decide(dispute, barred)
        acts = [each["act"] for each in disputing.show(dispute, barred)["acts"]]
        assert "decide" not in acts and "hand_up" in acts
    listed = to_decide(disputing, disputing.clerk, STREET)
    assert dispute["dispute_id"] in {each["dispute_id"] for each in listed}
    assert disputing.act("hand_up", dispute, acted, reason="我曾为老人预约")["level"] == "district"


def has_row(disputing: Disputing, table: Any, key: Any) -> bool:
    with disputing.session() as session:
        return session.get(table, key) is not None


def to_decide(
    disputing: Disputing, caller: Caller, area: str, level: str = "street"
) -> list[dict[str, Any]]:
    """The whole worklist, page by page."""
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked = {"area": area, "level": level, "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = disputing.call("list_disputes_to_decide", asked, caller, key=None, now=SOON)
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_a_pupils_guardian_speaks_for_the_pupil(disputing: Disputing) -> None:
    visit, guardian, guardianship_id = disputing.visited(), Caller(uuid4()), uuid4()
    disputing.publish(
        GuardianshipConfirmed,
        district=DISTRICT,
        guardianship_id=guardianship_id,
        ward_id=visit.volunteer.person_id,
        guardian_id=guardian.person_id,
        kind="minor",
        confirmed_by=uuid4(),
    )
    disputing.eventually(lambda: has_row(disputing, PowerRow, guardianship_id))
    said = {"claim": "too_little", "claimed_minutes": 80}
    dispute = disputing.open(visit, guardian, **said)
    assert dispute["side"] == "volunteer"
    mine = disputing.call("list_my_disputes", {}, guardian, key=None, now=SOON)["items"]
    assert [each["dispute_id"] for each in mine] == [dispute["dispute_id"]]
    with pytest.raises(Forbidden):
        disputing.show(dispute, Caller(uuid4()))


def test_who_was_paid_too_little_gets_it_from_the_budget_of_the_district(
    disputing: Disputing,
) -> None:
    visit = disputing.visited()
    with pytest.raises(InvalidRequest):
        disputing.open(visit, visit.volunteer, claim="too_little")
    said = {"claim": "too_little", "claimed_minutes": 80}
    dispute = disputing.reviewed(visit, frozen=0, caller=visit.volunteer, **said)
    assert dispute["most_correction_minutes"] == 20
    for outcome in ("reverse", "correction"):
        minutes = {"corrected_minutes": 15} if outcome == "correction" else {}
        with pytest.raises(OutcomeNotPossible):
            disputing.decide(dispute, disputing.clerk, outcome, **minutes)
    disputing.act("hand_up", dispute, disputing.clerk, reason="需要区预算")
    with pytest.raises(OutcomeNotPossible):
        disputing.decide(dispute, disputing.district, "correction", corrected_minutes=21)
    disputing.decide(dispute, disputing.district, "correction", corrected_minutes=20)
    disputing.sweep(SOON + 8 * DAY)
    disputing.tell_settled(dispute, refused="insufficient_budget")
    unfunded = disputing.until(dispute, "unfunded")
    assert unfunded["refused"] == "insufficient_budget"
    waiting = to_decide(disputing, disputing.district, DISTRICT, "district")
    assert dispute["dispute_id"] in {each["dispute_id"] for each in waiting}
    with pytest.raises(OutcomeNotPossible):
        settle_again(disputing, dispute, 21)
    settle_again(disputing, dispute, 20)
    assert [each["corrected_minutes"] for each in disputing.closed(dispute)] == [20, 20]
    disputing.tell_settled(dispute, corrected=20, now=SOON + 9 * DAY)
    disputing.until(dispute, "settled")
    assert minutes_of(disputing, visit.volunteer) == 80
    # Of what the district has added, the elder may still say that it is too much.
    other = disputing.open(visit, now=SOON + 10 * DAY)
    assert other["paid_minutes"] == 80


def settle_again(disputing: Disputing, dispute: dict[str, Any], minutes: int) -> None:
    asked = {"corrected_minutes": minutes, "reason": "预算已补足"}
    payload = {"dispute_id": dispute["dispute_id"], **asked}
    later = SOON + 9 * DAY
    disputing.call("settle_dispute_again", payload, disputing.district, now=later)


def test_a_visit_that_did_not_take_place_is_disputed_by_its_booking(disputing: Disputing) -> None:
    elder, volunteer, booking_id = Caller(uuid4()), Caller(uuid4()), uuid4()
    facts = {"booking_id": booking_id, "request_id": uuid4(), "side": "elder"}
    pair = {"elder_id": elder.person_id, "volunteer_id": volunteer.person_id}
    later = {"street": STREET, "category": "law", "ended_at": ENDED, "planned_minutes": 90}
    disputing.publish(VisitNoShow, district=DISTRICT, **facts, **pair, **later, acted_by=[])
    disputing.eventually(lambda: disputing.is_disputable(booking_id))
    missed = Visit(booking_id, elder, volunteer)
    with pytest.raises(InvalidRequest):
        disputing.open(missed)
    dispute = disputing.open(missed, volunteer, claim="too_little", claimed_minutes=30)
    told = next(each for each in disputing.recorded(DisputeOpened) if is_of(each, dispute))
    assert not told["freezes"]
    disputing.tell_frozen(dispute, 0)
    disputing.until(dispute, "under_review")
    disputing.act("hand_up", dispute, disputing.clerk, reason="需要区预算")
    disputing.decide(dispute, disputing.district, "correction", corrected_minutes=30)
    disputing.sweep(SOON + 8 * DAY)
    disputing.tell_settled(dispute, corrected=30)
    disputing.until(dispute, "settled")
    assert minutes_of(disputing, volunteer) == 30
    with disputing.session() as session:
        kept = session.get_one(ServedVisitRow, booking_id)
        # Selections count what was served in their area.
        assert (kept.street, kept.category) == (STREET, "law")


def test_what_is_withdrawn_is_released_whenever_the_ledger_answers(disputing: Disputing) -> None:
    visit = disputing.visited()
    dispute = disputing.open(visit)
    with pytest.raises(AlreadyDisputed):
        disputing.open(visit, visit.volunteer, claim="other")
    with pytest.raises(Forbidden):
        disputing.act("withdraw", dispute, visit.volunteer)
    disputing.act("withdraw", dispute, visit.elder)
    [closed] = disputing.closed(dispute)
    assert (closed["outcome"], closed["reason"]) == ("stand", "withdrawn")
    # The answer to the opening comes late, and twice.
    for _ in range(2):
        disputing.tell_frozen(dispute)
    disputing.eventually(lambda: disputing.show(dispute)["frozen_minutes"] == 60)
    assert disputing.show(dispute)["state"] == "withdrawing"
    disputing.tell_settled(dispute, released=60)
    disputing.until(dispute, "withdrawn")
    assert len(disputing.show(dispute)["steps"]) == 4
    assert minutes_of(disputing, visit.volunteer) == 60
    assert disputing.open(visit, now=ENDED + 7 * DAY)["state"] == "awaiting_freeze"
    with pytest.raises(NotFound):
        disputing.open(Visit(uuid4(), visit.elder, visit.volunteer))


def test_a_side_says_twenty_things_and_no_more(disputing: Disputing) -> None:
    visit = disputing.visited()
    dispute = disputing.open(visit)
    for number in range(20):
        disputing.say(dispute, visit.elder, f"第{number}句")
    with pytest.raises(EnoughEvidence):
        disputing.say(dispute, visit.elder, "还有")
    disputing.say(dispute, visit.volunteer, "我还没说")


def test_an_agent_whose_consent_has_ended_neither_withdraws_nor_follows_it(
    disputing: Disputing,
) -> None:
    visit, agent, consent_id = disputing.visited(), Caller(uuid4()), uuid4()
    pair = {"elder_id": visit.elder.person_id, "agent_id": agent.person_id}
    consent = {"district": DISTRICT, "consent_id": consent_id, **pair}
    given = {"scopes": ["rating"], "until": SOON + 30 * DAY, "given_by": uuid4()}
    disputing.publish(ConsentGiven, **consent, **given)
    disputing.eventually(lambda: has_row(disputing, PowerRow, consent_id))
    # The elder serves others, too: that is not the agent's affair.
    served = disputing.open(disputing.visited(visit.elder))
    dispute = disputing.open(visit, agent)
    assert dispute["side"] == "elder" and mine_of(disputing, agent) == [dispute["dispute_id"]]
    assert len(mine_of(disputing, visit.elder)) == 2
    end = {"reason": ConsentEnd.REVOKED, "revoked_by": visit.elder.person_id}
    disputing.publish(ConsentRevoked, **consent, **end)
    disputing.eventually(lambda: not mine_of(disputing, agent))
    with pytest.raises(Forbidden):
        disputing.act("withdraw", dispute, agent)
    assert disputing.act("withdraw", dispute, visit.elder)["state"] == "withdrawing"
    with pytest.raises(Forbidden):
        disputing.act("withdraw", served, visit.elder)


def mine_of(disputing: Disputing, caller: Caller) -> list[str]:
    mine = disputing.call("list_my_disputes", {}, caller, key=None, now=SOON)["items"]
    return [each["dispute_id"] for each in mine]


def test_nobody_renews_their_own_time_by_withdrawing(disputing: Disputing) -> None:
    visit, late = disputing.visited(), ENDED + 7 * DAY
    dispute = disputing.open(visit, now=late)
    disputing.act("withdraw", dispute, visit.elder, now=late)
    disputing.tell_settled(dispute, now=late + 3 * DAY)
    disputing.until(dispute, "withdrawn")
    with pytest.raises(DisputeWindowClosed):
        disputing.open(visit, now=late + DAY)
    # The other side had to wait until all was over: their time runs from there.
    disputing.open(visit, visit.volunteer, now=late + 10 * DAY, claim="other")


def test_what_a_clerk_settled_late_is_disputed_from_then_on(disputing: Disputing) -> None:
    decided_at = ENDED + 9 * DAY
    visit = disputing.visited(decided_at=decided_at)
    with pytest.raises(DisputeWindowClosed):
        disputing.open(visit, now=decided_at + 8 * DAY)
    disputing.open(visit, now=decided_at + 7 * DAY)


def test_statistics_until_the_last_day_that_there_is(disputing: Disputing) -> None:
    asked = {"area": DISTRICT, "from_date": "0001-01-01", "until_date": "9999-12-31"}
    told = disputing.call("show_dispute_statistics", asked, disputing.district, key=None)
    assert told["until_date"] == "9999-12-31"
