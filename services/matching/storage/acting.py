"""Guardianships and consents as identity told them; what has ended never comes back."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import GuardianshipKind, Scope
from services.matching.domain.acting import GUARDIANS_POWER, Power
from services.matching.storage.tables_acting import ConsentRow, GuardianshipRow


GUARDIANSHIP = ("guardianship_id", "ward_id", "guardian_id", "kind")


def save_guardianship(session: Session, event: dict[str, Any]) -> None:
    facts = {name: event[name] for name in GUARDIANSHIP}
    row = insert(GuardianshipRow).values(**facts, is_ended=False)
    session.execute(row.on_conflict_do_nothing())


def end_guardianship(session: Session, event: dict[str, Any]) -> None:
    """Also of one that has not been told of yet: that word comes too late then."""
    facts = {name: event[name] for name in GUARDIANSHIP}
    row = insert(GuardianshipRow).values(**facts, is_ended=True)
    ended = row.on_conflict_do_update(index_elements=["guardianship_id"], set_={"is_ended": True})
    session.execute(ended)


def save_consent(session: Session, event: dict[str, Any]) -> None:
    row = insert(ConsentRow).values(
        consent_id=event["consent_id"],
        elder_id=event["elder_id"],
        agent_id=event["agent_id"],
        scopes=[scope.value for scope in event["scopes"]],
        until=event["until"],
        is_ended=False,
    )
    session.execute(row.on_conflict_do_nothing())


def end_consent(session: Session, event: dict[str, Any]) -> None:
    row = insert(ConsentRow).values(
        consent_id=event["consent_id"],
        elder_id=event["elder_id"],
        agent_id=event["agent_id"],
        scopes=[],
        is_ended=True,
    )
    ended = row.on_conflict_do_update(index_elements=["consent_id"], set_={"is_ended": True})
    session.execute(ended)


def confirmed_guardian(session: Session, ward_id: UUID) -> UUID | None:
    """Who leads a pupil: the confirmed guardian, of whom there is one at a time."""
    query = select(GuardianshipRow.guardian_id).where(
        GuardianshipRow.ward_id == ward_id,
        GuardianshipRow.kind == GuardianshipKind.MINOR,
        ~GuardianshipRow.is_ended,
    )
    return session.scalar(query)


def powers_over(session: Session, person_id: UUID, agent_id: UUID) -> list[Power]:
    """What the agent may do for the person: by their consent, or as guardian of an adult."""
    guards = select(GuardianshipRow.guardianship_id).where(
        GuardianshipRow.ward_id == person_id,
        GuardianshipRow.guardian_id == agent_id,
        GuardianshipRow.kind == GuardianshipKind.ADULT,
        ~GuardianshipRow.is_ended,
    )
    consents = select(ConsentRow).where(
        ConsentRow.elder_id == person_id, ConsentRow.agent_id == agent_id, ~ConsentRow.is_ended
    )
    powers = [
        Power(frozenset(map(Scope, row.scopes)), row.until) for row in session.scalars(consents)
    ]
    return powers + [GUARDIANS_POWER for _ in session.scalars(guards)]
