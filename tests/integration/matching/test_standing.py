"""Suspended people and special groups, as identity tells matching of them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.contract import (
    AccountSuspended,
    GroupEnding,
    PersonReinstated,
    PersonSuspended,
    SpecialGroup,
    SpecialGroupApproved,
    SpecialGroupEnded,
)
from services.kernel.caller import Caller
from services.matching.contract import BookingReleased
from services.matching.storage import groups_of, suspended_among
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, Town


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def tell(town: Town, who: Caller, suspended: bool, sequence: int | None = None) -> None:
    event, actor = (
        (PersonSuspended, "suspended_by") if suspended else (PersonReinstated, "reinstated_by")
    )
    facts: dict[str, Any] = {"person_id": who.person_id, "reason": "Complaint", actor: uuid4()}
    town.matching.sequence = sequence or town.matching.sequence
    town.matching.publish(event, district=DISTRICT, **facts)


def is_suspended(town: Town, who: Caller) -> bool:
    assert who.person_id
    with town.matching.session() as session:
        return bool(suspended_among(session, [who.person_id]))


def test_whoever_is_suspended_gives_up_what_they_promised_and_takes_nothing_new(
    town: Town,
) -> None:
    request_id, booking_id = town.accepted()
    other_id = town.opened(start=NOW.replace(day=27))
    tell(town, town.volunteer, True)
    town.matching.eventually(lambda: is_suspended(town, town.volunteer))
    assert town.state(request_id) == "open"
    (told,) = town.matching.recorded(BookingReleased)
    assert (told["booking_id"], told["reason"], told["late"]) == (booking_id, "suspended", False)
    with pytest.raises(AccountSuspended):
        town.accept(other_id)
    assert town.accept(request_id, by=town.other)["state"] == "accepted"
    tell(town, town.volunteer, False)
    town.matching.eventually(lambda: not is_suspended(town, town.volunteer))
    assert town.accept(other_id)["state"] == "accepted"


def test_nobody_asks_for_somebody_who_is_suspended_not_even_the_clerk(town: Town) -> None:
    tell(town, town.elder, True)
    town.matching.eventually(lambda: is_suspended(town, town.elder))
    for caller in (town.elder, town.clerk):
        with pytest.raises(AccountSuspended):
            town.submit(by=caller)


def test_an_older_word_on_a_suspension_does_not_undo_a_newer_one(town: Town) -> None:
    newest = town.matching.sequence + 20
    tell(town, town.other, False, sequence=newest)
    tell(town, town.other, True, sequence=newest - 10)
    tell(town, town.elder, True)
    town.matching.eventually(lambda: is_suspended(town, town.elder))
    assert not is_suspended(town, town.other)


def groups(town: Town, person_id: UUID) -> frozenset[str]:
    with town.matching.session() as session:
        return groups_of(session, [person_id]).get(person_id, frozenset())


def test_a_special_group_counts_while_its_membership_stands_and_never_comes_back(
    town: Town,
) -> None:
    elder, first, second = uuid4(), uuid4(), uuid4()

    def tell_group(event: Any, membership: UUID | None, group: str, **facts: Any) -> None:
        known = {"membership_id": membership} if membership else {}
        town.matching.publish(
            event, district=DISTRICT, person_id=elder, group=SpecialGroup(group), **known, **facts
        )

    def approved(membership: UUID | None, group: str) -> None:
        tell_group(SpecialGroupApproved, membership, group, approved_by=uuid4())

    def ended(membership: UUID, group: str) -> None:
        ending = {"ending": GroupEnding.OFFICER, "ended_on": NOW.date(), "ended_by": uuid4()}
        tell_group(SpecialGroupEnded, membership, group, **ending)

    approved(first, "dementia")
    approved(None, "urgent_need")
    town.matching.eventually(lambda: groups(town, elder) == {"dementia", "urgent_need"})
    ended(first, "dementia")
    ended(second, "advanced_age")
    town.matching.eventually(lambda: groups(town, elder) == {"urgent_need"})
    # Told again, or late: both are over for good. A new membership is another.
    approved(first, "dementia")
    approved(second, "advanced_age")
    approved(uuid4(), "economic_hardship")
    town.matching.eventually(lambda: groups(town, elder) == {"urgent_need", "economic_hardship"})
