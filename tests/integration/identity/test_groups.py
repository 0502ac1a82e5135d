"""Special groups (S16): applied for or entered, approved by another, begun, checked, ended."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.identity.contract import (
    ApproverEntered,
    NotOfTheGroup,
    NotVerified,
    SpecialGroupApproved,
    SpecialGroupEnded,
    SpecialGroupStands,
    WrongMembershipState,
)
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest
from tests.integration.identity.conftest import NOW, PASSWORD, STREET, Identity
from tests.unit.identity.numbers import make_id_number


TODAY = date(2026, 11, 25)
DISTRICT = "110105"


def apply(identity: Identity, elder: UUID, by: Caller, now: datetime = NOW, **changes: Any) -> Any:
    payload = {"person_id": str(elder), "group": "dementia", "evidence": "Certificate 7"}
    return identity.call("apply_for_special_group", payload | changes, by, now=now)


def decide(
    identity: Identity,
    operation: str,
    membership: Any,
    by: Caller,
    now: datetime = NOW,
    **more: Any,
) -> Any:
    payload = {"membership_id": membership["membership_id"]} | more
    return identity.call(f"{operation}_special_group", payload, by, now=now)


def approved(identity: Identity, elder: UUID, **changes: Any) -> Any:
    applied = apply(identity, elder, identity.clerk, **changes)
    return decide(identity, "approve", applied, identity.district)


def groups(identity: Identity, elder: UUID) -> list[str]:
    shown = identity.call("show_person", {"person_id": str(elder)}, Caller(elder), key=None)
    return list(shown["special_groups"])


def sweep(identity: Identity, now: datetime) -> Any:
    return identity.call("sweep_special_groups", {}, identity.city, now=now)


def test_s16_what_one_has_applied_for_counts_once_another_has_approved_it(
    identity: Identity,
) -> None:
    elder = identity.verified()
    applied = apply(identity, elder, Caller(elder))
    assert (applied["state"], applied["entered_by"]) == ("applied", str(elder))
    assert "evidence" not in applied, "answers to commands are kept, so they say nothing private"
    assert groups(identity, elder) == []
    done = decide(identity, "approve", applied, identity.district)
    assert (done["state"], done["starts_on"]) == ("approved", "2026-11-25")
    assert done["recheck_due_on"] == "2027-11-25"
    assert groups(identity, elder) == ["dementia"]
    assert identity.recorded(SpecialGroupApproved) == [
        {
            "district": DISTRICT,
            "person_id": str(elder),
            "group": "dementia",
            "approved_by": str(identity.district.person_id),
            "membership_id": applied["membership_id"],
            "starts_on": "2026-11-25",
            "ends_on": None,
        }
    ]
    for operation in ("approve", "refuse"):
        more = {"reason": "Too late"} if operation == "refuse" else {}
        with pytest.raises(WrongMembershipState):
            decide(identity, operation, applied, identity.district, **more)
    (seen,) = identity.call("list_special_groups", {"person_id": str(elder)}, Caller(elder))[
        "items"
    ]
    assert (seen["evidence"], seen["approved_by"]) == (
        "Certificate 7",
        str(identity.district.person_id),
    )
    with identity.session() as session:
        sealed = session.scalar(text("select sealed_evidence from memberships"))
    assert "Certificate" not in sealed


def test_s16_whoever_has_entered_or_applied_for_it_never_approves_it(identity: Identity) -> None:
    colleague = identity.officer("district_officer", DISTRICT)
    elder = identity.verified()
    entered = apply(identity, elder, identity.district)
    assert entered["state"] == "entered"
    with pytest.raises(ApproverEntered):
        decide(identity, "approve", entered, identity.district)
    assert decide(identity, "approve", entered, colleague)["state"] == "approved"
    # Somebody who is clerk and officer at once is still one person.
    both = identity.verified(roles=(("agency_clerk", STREET), ("district_officer", DISTRICT)))
    hats = Caller(both, identity.clerk.roles + identity.district.roles)
    applied = apply(identity, identity.verified(), hats)
    with pytest.raises(ApproverEntered):
        decide(identity, "approve", applied, hats)
    own = apply(identity, both, Caller(both))
    with pytest.raises(Forbidden):
        decide(identity, "approve", own, hats)
    with pytest.raises(IntegrityError), identity.session() as session:
        session.execute(
            text("update memberships set approved_by = entered_by where state = 'approved'")
        )


def test_s16_one_membership_of_a_kind_stands_and_what_was_refused_can_be_asked_for_again(
    identity: Identity,
) -> None:
    elder = identity.verified()
    first = apply(identity, elder, identity.clerk)
    with pytest.raises(SpecialGroupStands):
        apply(identity, elder, Caller(elder))
    other = apply(identity, elder, identity.clerk, group="urgent_need")
    refused = decide(identity, "refuse", first, identity.district, reason="No certificate")
    assert (refused["state"], refused["reason"]) == ("refused", "No certificate")
    again = apply(identity, elder, Caller(elder), now=NOW + timedelta(minutes=1))
    waiting = identity.call("list_memberships", {"district": DISTRICT}, identity.district)
    assert [item["membership_id"] for item in waiting["items"]] == [
        other["membership_id"],
        again["membership_id"],
    ]
    page = identity.call("list_memberships", {"district": DISTRICT, "limit": 1}, identity.district)
    payload = {"district": DISTRICT, "limit": 1, "cursor": page["next_cursor"]}
    following = identity.call("list_memberships", payload, identity.district)
    assert [item["membership_id"] for item in following["items"]] == [again["membership_id"]]
    assert following["next_cursor"] is None


def test_of_applications_at_once_one_stands_and_of_approvals_one_is_told(
    identity: Identity,
) -> None:
    elder = identity.verified()
    officers = [identity.officer("district_officer", DISTRICT) for _ in range(3)]

    def outcome(work: Any) -> str:
        try:
            return str(work()["state"])
        except Error as error:
            return error.code

    pool = eventlet.GreenPool()
    tries = [lambda: apply(identity, elder, identity.clerk)] * 4
    assert sorted(pool.imap(outcome, tries)) == ["applied"] + ["special_group_stands"] * 3
    (applied,) = identity.call("list_special_groups", {"person_id": str(elder)}, identity.clerk)[
        "items"
    ]
    approvals = [
        lambda officer=officer: decide(identity, "approve", applied, officer)
        for officer in officers
    ]
    assert sorted(pool.imap(outcome, approvals)) == ["approved"] + ["wrong_membership_state"] * 2
    assert len(identity.recorded(SpecialGroupApproved)) == 1


def test_s16_it_begins_on_its_day_and_ends_after_its_last(identity: Identity) -> None:
    elder, dates = identity.verified(), {"starts_on": "2026-12-01", "ends_on": "2026-12-31"}
    membership = approved(identity, elder, **dates)
    assert groups(identity, elder) == []
    for day, counts in ((30 - 25, (0, 0)), (6, (1, 0)), (6, (0, 0)), (36, (0, 0)), (37, (0, 1))):
        swept = sweep(identity, NOW + timedelta(days=day))
        assert (swept["begun"], swept["ended"]) == counts
    (begun,), (ended,) = (
        identity.recorded(SpecialGroupApproved),
        identity.recorded(SpecialGroupEnded),
    )
    assert (begun["starts_on"], begun["ends_on"]) == ("2026-12-01", "2026-12-31")
    assert ended == {
        "district": DISTRICT,
        "membership_id": membership["membership_id"],
        "person_id": str(elder),
        "group": "dementia",
        "ending": "end_reached",
        "ended_on": "2027-01-01",
        "ended_by": None,
    }
    assert groups(identity, elder) == []


def test_s16_a_missed_recheck_ends_it_after_the_days_of_grace(identity: Identity) -> None:
    checked, missed, failed = (identity.verified() for _ in range(3))
    kept = approved(identity, checked)
    approved(identity, missed)
    lost = approved(identity, failed)
    due = {"district": DISTRICT, "due_by": "2027-11-25"}
    assert len(identity.call("list_rechecks", due, identity.district)["items"]) == 3
    soon = identity.call("list_rechecks", {"district": DISTRICT}, identity.district)
    assert soon["items"] == [], "a year is longer than the notice"
    later = NOW + timedelta(days=360)
    again = decide(identity, "recheck", kept, identity.district, later, still_entitled=True)
    assert (again["state"], again["recheck_due_on"]) == ("approved", "2028-11-19")
    over = decide(
        identity,
        "recheck",
        lost,
        identity.district,
        later,
        still_entitled=False,
        reason="Recovered",
    )
    assert (over["state"], over["ending"], over["reason"]) == (
        "ended",
        "recheck_failed",
        "Recovered",
    )
    assert sweep(identity, NOW + timedelta(days=365 + 30))["ended"] == 0
    assert sweep(identity, NOW + timedelta(days=365 + 31))["ended"] == 1
    endings = {told["person_id"]: told["ending"] for told in identity.recorded(SpecialGroupEnded)}
    assert endings == {str(failed): "recheck_failed", str(missed): "recheck_missed"}
    assert [groups(identity, each) for each in (checked, missed, failed)] == [["dementia"], [], []]


def test_s16_an_officer_ends_it_with_a_reason_and_closing_the_account_ends_all(
    identity: Identity,
) -> None:
    elder = identity.verified()
    first = approved(identity, elder)
    ended = decide(identity, "end", first, identity.district, reason="Moved abroad")
    assert (ended["ending"], ended["ended_on"]) == ("officer", "2026-11-25")
    with pytest.raises(WrongMembershipState):
        decide(identity, "end", first, identity.district, reason="Moved abroad")
    approved(identity, elder)
    apply(identity, elder, identity.clerk, group="urgent_need")
    later = approved(identity, elder, group="economic_hardship", starts_on="2026-12-24")
    closing = {"person_id": str(elder), "reason": "leaving", "password": PASSWORD}
    identity.call("close_person", closing, Caller(elder))
    told = [event["ending"] for event in identity.recorded(SpecialGroupEnded)]
    assert told == ["officer", "account_closed"], "what was never told to have begun has no end"
    with identity.session() as session:
        states = session.scalars(text("select state from memberships order by state")).all()
    assert states == ["ended", "ended", "ended", "refused"]
    assert sweep(identity, NOW + timedelta(days=40)) == {"begun": 0, "ended": 0}
    assert later["state"] == "approved"


def test_s16_only_verified_elders_old_enough_and_sane_terms(identity: Identity) -> None:
    with pytest.raises(NotVerified):
        apply(identity, identity.registered(), identity.clerk)
    young = identity.verified(id_number=make_id_number(date(1990, 1, 1), 77))
    with pytest.raises(NotOfTheGroup):
        apply(identity, young, identity.clerk)
    sixty_six = identity.verified()
    with pytest.raises(NotOfTheGroup):
        apply(identity, sixty_six, identity.clerk, group="advanced_age")
    for dates in (
        {"ends_on": "2026-11-24"},
        {"starts_on": "2026-12-02", "ends_on": "2026-12-01"},
        {"starts_on": "2029-01-01"},
        {"starts_on": "tomorrow"},
    ):
        with pytest.raises(InvalidRequest):
            apply(identity, sixty_six, identity.clerk, **dates)
    with pytest.raises(InvalidRequest):
        apply(identity, sixty_six, identity.clerk, group="rich")


def sheet(identity: Identity, *rows: str) -> Any:
    csv = "\r\n".join(("姓名,证件号码,类别,凭证,起始日期,截止日期", *rows))
    return identity.call(
        "prepare_group_sheet", {"district": DISTRICT, "csv": csv}, identity.district
    )


def test_s16_a_list_is_previewed_line_by_line_entered_once_and_approved_by_another(
    identity: Identity,
) -> None:
    good, second, elsewhere, young, member = (
        identity.new_person(**changes)
        for changes in (
            {},
            {},
            {"street": "110101002"},
            {"id_number": make_id_number(date(1990, 1, 1), 88)},
            {},
        )
    )
    identity.load(good, second, elsewhere, young, member)
    approved(identity, member.person_id)
    unknown = make_id_number(date(1950, 1, 1), 999)
    preview = sheet(
        identity,
        f"{good.name},{good.id_number},失智老年人,证 1,,",
        f"{second.name},{second.id_number},dementia,证 2,2026-12-01,2027-12-01",
        f"{good.name},{good.id_number},dementia,证 3,,",
        f"Somebody,{unknown},dementia,证 4,,",
        f"{elsewhere.name},{elsewhere.id_number},dementia,证 5,,",
        f"Another Name,{good.id_number},urgent_need,证 6,,",
        f"{young.name},{young.id_number},dementia,证 7,,",
        f"{member.name},{member.id_number},dementia,证 8,,",
        f"{good.name},123,dementia,证 9,,",
    )
    faults = {fault["line"]: fault["fault"] for fault in preview["faults"]}
    assert faults == {
        4: "duplicate_line",
        5: "unknown_person",
        6: "unknown_person",
        7: "name_differs",
        8: "too_young",
        9: "member_already",
        10: "invalid_id_number",
    }
    assert all(fault["words_zh"] and fault["words_en"] for fault in preview["faults"])
    assert (preview["lines"], preview["faulty_lines"], preview["entered_lines"]) == (9, 7, 0)
    assert good.id_number not in str(preview)
    assert unknown not in str(preview)
    assert (
        identity.call("list_memberships", {"district": DISTRICT}, identity.district)["items"] == []
    )
    named = {"sheet_id": preview["sheet_id"]}
    entered = [identity.call("enter_group_sheet", named, identity.district) for _ in range(2)]
    assert [(each["state"], each["entered_lines"]) for each in entered] == [("entered", 2)] * 2
    with pytest.raises(ApproverEntered):
        identity.call("approve_group_sheet", named, identity.district)
    colleague = identity.officer("district_officer", DISTRICT)
    one = identity.call("approve_group_sheet", named | {"lines": [2]}, colleague)
    assert one["approved_lines"] == 1
    whole = identity.call("approve_group_sheet", named, colleague)
    assert whole["approved_lines"] == 2
    assert groups(identity, good.person_id) == ["dementia"]
    assert groups(identity, second.person_id) == [], "it begins in December"
    page = identity.call("show_group_sheet", named | {"limit": 2}, identity.city)
    assert [item["state"] for item in page["items"]] == ["approved", "approved"]
    last = identity.call("show_group_sheet", named | {"cursor": page["next_cursor"]}, identity.city)
    assert [item["line"] for item in last["items"]] == [4, 5, 6, 7, 8, 9, 10]


def test_s16_whoever_has_prepared_a_list_approves_no_single_line_of_it(identity: Identity) -> None:
    elder = identity.new_person()
    identity.load(elder)
    named = {
        "sheet_id": sheet(identity, f"{elder.name},{elder.id_number},dementia,1,,")["sheet_id"]
    }
    colleague = identity.officer("district_officer", DISTRICT)
    identity.call("enter_group_sheet", named, colleague)
    (line,) = identity.call("show_group_sheet", named, identity.district)["items"]
    of_line = {"membership_id": line["membership_id"]}
    for officer in (identity.district, colleague):
        with pytest.raises(ApproverEntered):
            identity.call("approve_special_group", of_line, officer)
    third = identity.officer("district_officer", DISTRICT)
    assert identity.call("approve_special_group", of_line, third)["state"] == "approved"


def test_what_has_changed_since_the_preview_is_that_lines_fault(identity: Identity) -> None:
    first, second = identity.new_person(), identity.new_person()
    identity.load(first, second)
    rows = [f"{each.name},{each.id_number},dementia,证,," for each in (first, second)]
    sheets = [sheet(identity, *rows), sheet(identity, *rows)]
    apply(identity, first.person_id, identity.clerk)

    def enter(prepared: Any) -> Any:
        named = {"sheet_id": prepared["sheet_id"]}
        return identity.call("enter_group_sheet", named, identity.district)

    entered = list(eventlet.GreenPool().imap(enter, sheets))
    assert sorted(each["entered_lines"] for each in entered) == [0, 1]
    assert sum(each["faulty_lines"] for each in entered) == 3


def test_a_long_list_is_entered_and_approved_in_time(identity: Identity) -> None:
    people = [identity.new_person(phone=None, person_id=uuid4()) for _ in range(400)]
    identity.load(*people)
    preview = sheet(identity, *(f"{who.name},{who.id_number},urgent_need,证,," for who in people))
    assert preview["faults"] == []
    named = {"sheet_id": preview["sheet_id"]}
    identity.call("enter_group_sheet", named, identity.district)
    colleague = identity.officer("district_officer", DISTRICT)
    assert identity.call("approve_group_sheet", named, colleague)["approved_lines"] == 400
