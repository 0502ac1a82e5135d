"""Who may act for whom, as identity told it; what has ended never comes back."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.rating.domain.powers import Power
from services.rating.storage.tables_powers import PowerRow


def save_power(
    session: Session,
    power_id: UUID,
    person_id: UUID,
    agent_id: UUID,
    scopes: Iterable[Scope],
    until: datetime | None,
    of_minor: bool = False,
) -> None:
    row = insert(PowerRow).values(
        power_id=power_id,
        person_id=person_id,
        agent_id=agent_id,
        scopes=[scope.value for scope in scopes],
        until=until,
        is_ended=False,
        of_minor=of_minor,
    )
    session.execute(row.on_conflict_do_nothing())


def end_power(session: Session, power_id: UUID, person_id: UUID, agent_id: UUID) -> None:
    """Also of one that has not been told of yet: that word comes too late then."""
    row = insert(PowerRow).values(
        power_id=power_id, person_id=person_id, agent_id=agent_id, scopes=[], is_ended=True
    )
    ended = row.on_conflict_do_update(index_elements=["power_id"], set_={"is_ended": True})
    session.execute(ended)


def powers_over(session: Session, person_id: UUID, agent_id: UUID | None) -> list[Power]:
    query = select(PowerRow).where(
        PowerRow.person_id == person_id, PowerRow.agent_id == agent_id, ~PowerRow.is_ended
    )
    return [_power(row) for row in session.scalars(query)]


def led_by(session: Session, agent_id: UUID) -> dict[UUID, list[Power]]:
    """Whom somebody has a power over, with what each of them covers."""
    query = select(PowerRow).where(PowerRow.agent_id == agent_id, ~PowerRow.is_ended)
    led: dict[UUID, list[Power]] = {}
    for row in session.scalars(query):
        led.setdefault(row.person_id, []).append(_power(row))
    return led


def _power(row: PowerRow) -> Power:
    return Power(frozenset(map(Scope, row.scopes)), row.until, row.of_minor)
