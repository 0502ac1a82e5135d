"""Invitations: asked with a deadline, answered once, one of all who are asked wins."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest
from services.matching import contract
from tests.integration.matching.conftest import NOW, START, Town, person
from tests.integration.matching.test_races_and_news import at_once


TOMORROW = START + timedelta(days=1)


def invite(
    town: Town, request_id: str, *who: Caller, by: Caller | None = None, now: Any = NOW
) -> Any:
    payload = {"request_id": request_id, "volunteer_ids": [str(each.person_id) for each in who]}
    return town.matching.call("invite_volunteers", payload, by or town.clerk, now=now)["items"]


def answer(town: Town, invitation: Any, who: Caller, accept: bool, now: Any = NOW) -> Any:
    payload = {"invitation_id": invitation["invitation_id"], "accept": accept}
    return town.matching.call("answer_invitation", payload, who, now=now)


def shown(town: Town, invitation: Any, who: Caller) -> Any:
    ask = {"invitation_id": invitation["invitation_id"]}
    return town.matching.call("show_invitation", ask, who, now=NOW)


def outcomes(town: Town) -> list[str]:
    return sorted(each["outcome"] for each in town.matching.recorded(contract.InvitationAnswered))


def test_who_accepts_is_booked_and_the_others_need_not_answer_any_more(town: Town) -> None:
    request_id = town.opened(start=TOMORROW)
    invitations = invite(town, request_id, town.volunteer, town.other, by=town.elder)
    mine, theirs = sorted(
        invitations, key=lambda each: each["volunteer_id"] != str(town.volunteer.person_id)
    )
    assert mine["answer_by"] == (NOW + timedelta(hours=24)).isoformat()
    sent = town.matching.recorded(contract.InvitationSent)
    assert {each["invited_by"] for each in sent} == {str(town.elder.person_id)}
    for stranger in (town.other, town.elder, town.clerk):
        with pytest.raises(Forbidden):
            answer(town, mine, stranger, True)
    accepted = answer(town, mine, town.volunteer, True)
    assert accepted["state"] == "accepted"
    assert town.state(request_id) == "accepted"
    booked = town.matching.recorded(contract.BookingAccepted)
    assert [each["booking_id"] for each in booked] == [accepted["booking_id"]]
    assert shown(town, theirs, town.other)["state"] == "withdrawn"
    assert outcomes(town) == ["accepted", "withdrawn"]
    for accept in (True, False):
        with pytest.raises(contract.InvitationEnded):
            answer(town, theirs, town.other, accept)
        with pytest.raises(contract.InvitationEnded):
            answer(town, mine, town.volunteer, accept)


def test_an_invitation_is_declined_withdrawn_or_lapses_and_is_over_then(town: Town) -> None:
    three = [town.volunteer, town.other, person()]
    town.verify(three[2], date(1980, 1, 1))
    request_id = town.opened(start=TOMORROW)
    invitations = {each["volunteer_id"]: each for each in invite(town, request_id, *three)}
    declined, withdrawn, lapsed = (invitations[str(who.person_id)] for who in three)
    assert answer(town, declined, three[0], False)["state"] == "declined"
    with pytest.raises(Forbidden):
        take_back(town, withdrawn, three[1])
    assert take_back(town, withdrawn, town.elder)["state"] == "withdrawn"
    after = NOW + timedelta(hours=24)
    with pytest.raises(contract.InvitationEnded):
        answer(town, lapsed, three[2], True, now=after)
    town.matching.call("sweep_due", {}, town.officer, key=None, now=after)
    assert shown(town, lapsed, three[2])["state"] == "lapsed"
    assert outcomes(town) == ["declined", "lapsed", "withdrawn"]
    assert town.state(request_id) == "open"
    for each, who in zip((declined, withdrawn, lapsed), three, strict=True):
        with pytest.raises(contract.InvitationEnded):
            answer(town, each, who, True)
        with pytest.raises(contract.InvitationEnded):
            take_back(town, each, town.clerk)
    # Whoever has been asked once is not asked again, but may still come.
    with pytest.raises(contract.AlreadyInvited):
        invite(town, request_id, three[0])
    town.accept(request_id, three[0])


def take_back(town: Town, invitation: Any, who: Caller) -> Any:
    ask = {"invitation_id": invitation["invitation_id"]}
    return town.matching.call("withdraw_invitation", ask, who, now=NOW)


def test_only_those_who_may_come_are_asked_and_not_too_many(town: Town) -> None:
    request_id = town.opened(start=TOMORROW)
    with pytest.raises(contract.NotAVolunteer):
        invite(town, request_id, town.unwilling)
    with pytest.raises(contract.OwnRequest):
        invite(town, request_id, town.elder)
    with pytest.raises(contract.PersonNotVerified):
        invite(town, request_id, person())
    with pytest.raises(contract.TooManyInvitations):
        invite(town, request_id, *(person() for _ in range(6)))
    for stranger in (town.volunteer, town.clerk_elsewhere, town.officer):
        with pytest.raises(Forbidden):
            invite(town, request_id, town.volunteer, by=stranger)
    with pytest.raises(contract.RequestNotOpen):
        invite(town, request_id, town.volunteer, now=TOMORROW - timedelta(minutes=60))
    assert town.matching.recorded(contract.InvitationSent) == []
    town.accept(request_id, town.other)
    with pytest.raises(contract.RequestNotOpen):
        invite(town, request_id, town.volunteer)


def test_invitations_are_listed_for_the_volunteer_and_for_those_who_see_the_request(
    town: Town,
) -> None:
    first, second = town.opened(start=TOMORROW), town.opened(start=TOMORROW)
    for request_id in (first, second):
        invite(town, request_id, town.volunteer)
    invite(town, first, town.other)

    def listed(who: Caller, **ask: Any) -> list[str]:
        page = town.matching.call("list_invitations", ask, who, now=NOW)
        return [each["volunteer_id"] for each in page["items"]]

    mine = str(town.volunteer.person_id)
    assert listed(town.volunteer, volunteer_id=mine) == [mine, mine]
    assert listed(town.clerk, volunteer_id=mine) == [mine, mine]
    assert len(listed(town.elder, request_id=first)) == 2
    for ask in ({"volunteer_id": mine}, {"request_id": first}):
        with pytest.raises(Forbidden):
            listed(town.other, **ask)
    with pytest.raises(InvalidRequest):
        listed(town.volunteer)


def test_who_is_asked_for_what_is_cancelled_meanwhile_need_not_answer(town: Town) -> None:
    request_id = town.opened(start=TOMORROW)
    (mine,) = invite(town, request_id, town.volunteer)
    cancel = {"request_id": request_id, "reason": "女儿来了"}
    town.matching.call("cancel_request", cancel, town.elder, now=NOW)
    with pytest.raises(contract.RequestNotOpen):
        answer(town, mine, town.volunteer, True)
    town.matching.call("sweep_due", {}, town.officer, key=None, now=NOW)
    assert shown(town, mine, town.volunteer)["state"] == "withdrawn"


def test_answering_withdrawing_and_booking_at_once_leave_one_story(town: Town) -> None:
    request_id = town.opened(start=TOMORROW)
    invitations = invite(town, request_id, town.volunteer, town.other)
    (mine,) = [
        each for each in invitations if each["volunteer_id"] == str(town.volunteer.person_id)
    ]
    ended = at_once(
        *[lambda: answer(town, mine, town.volunteer, True)] * 4,
        lambda: take_back(town, mine, town.clerk),
        lambda: town.accept(request_id, town.other),
        lambda: town.accept(request_id, town.volunteer),
    )
    assert ended.count("done") <= 2
    assert town.state(request_id) == "accepted"
    assert len(town.matching.recorded(contract.BookingAccepted)) == 1
    assert len(outcomes(town)) == 2
