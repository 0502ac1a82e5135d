"""What may change about a person, what is told of it, and how an account ends."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.identity.contract import (
    AccountClosed,
    AccountSuspended,
    AlreadyRegistered,
    ClosingReason,
)
from services.identity.domain.people import Person
from services.identity.domain.states import PersonState
from services.kernel.contract import InvalidRequest


@dataclass(frozen=True)
class Closing:
    """How an account ends."""

    person_id: UUID
    reason: ClosingReason
    closed_on: date
    closed_by: UUID
    paper: str | None
    was_verified: bool = True


def check_closing(closing: Closing, born: date, today: date) -> None:
    """A death is shown by a paper; no account ends in the future, or before its holder was born."""
    flaws = {}
    if closing.reason is ClosingReason.DEATH and not closing.paper:
        flaws["paper"] = ["Name the paper that shows the death."]
    if closing.closed_on > today:
        flaws["closed_on"] = ["It is still to come."]
    elif closing.closed_on < born:
        flaws["closed_on"] = ["It was before the birth."]
    if flaws:
        raise InvalidRequest(fields=flaws)


def check_may_return(
    state: PersonState, reason: ClosingReason | None, is_suspended: bool = False
) -> None:
    """Whoever left may come back with a new account; nobody has two, and the dead none.

    Leaving is no way out of a suspension. Raises AlreadyRegistered, AccountSuspended or
    AccountClosed.
    """
    if state is not PersonState.CLOSED:
        raise AlreadyRegistered
    if reason is not ClosingReason.LEAVING:
        raise AccountClosed
    if is_suspended:
        raise AccountSuspended


def changed_facts(person: Person) -> dict[str, Any]:
    """What person.changed tells: all the facts, as they are now."""
    return {
        "district": person.district,
        "person_id": person.person_id,
        "name": person.name,
        "birth_date": person.birth_date,
        "street": person.street,
        "home": {"latitude": person.latitude, "longitude": person.longitude},
        "willing_and_healthy": person.willing_and_healthy,
        "guardian_id": person.guardian_id,
    }


def closed_facts(person: Person, closing: Closing) -> dict[str, Any]:
    """What person.closed tells."""
    return {
        "district": person.district,
        "person_id": person.person_id,
        "reason": closing.reason,
        "closed_on": closing.closed_on,
        "closed_by": closing.closed_by,
        "was_verified": closing.was_verified,
    }
