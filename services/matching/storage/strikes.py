"""Strikes: given once for each booking and kind, waived by a clerk."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.matching.contract import StrikeKind, StrikeSide, StrikeState
from services.matching.storage.tables_strikes import StrikeRow


# Whoever has more is paused in any case.
MOST_SHOWN = 100


def add_strike(session: Session, **columns: Any) -> bool:
    """Whether it is the first of its kind for this booking."""
    row = insert(StrikeRow).values(**columns).on_conflict_do_nothing()
    return session.execute(row.returning(StrikeRow.strike_id)).first() is not None


def has_strike(session: Session, booking_id: UUID, kind: StrikeKind) -> bool:
    """Whether one of this kind was given for the booking, waived or not."""
    query = select(StrikeRow.strike_id).filter_by(booking_id=booking_id, kind=kind)
    return session.scalar(query) is not None


def lock_strike(session: Session, strike_id: UUID) -> StrikeRow | None:
    query = select(StrikeRow).where(StrikeRow.strike_id == strike_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def strikes_of(session: Session, person_id: UUID) -> list[StrikeRow]:
    """The newest, newest first."""
    query = select(StrikeRow).where(StrikeRow.person_id == person_id)
    order = (StrikeRow.given_at.desc(), StrikeRow.strike_id)
    return list(session.scalars(query.order_by(*order).limit(MOST_SHOWN)))


def strikes_given(session: Session, person_id: UUID, side: StrikeSide) -> list[datetime]:
    """When the person's standing strikes of one side were given, the newest of them."""
    query = select(StrikeRow.given_at).where(
        StrikeRow.person_id == person_id,
        StrikeRow.side == side,
        StrikeRow.state == StrikeState.GIVEN,
    )
    return list(session.scalars(query.order_by(StrikeRow.given_at.desc()).limit(MOST_SHOWN)))


def strikes_of_volunteers(
    session: Session, volunteers: Collection[UUID]
) -> dict[UUID, list[datetime]]:
    """By volunteer, when their standing strikes were given; whoever has none is left out."""
    query = select(StrikeRow.person_id, StrikeRow.given_at).where(
        StrikeRow.person_id.in_(list(volunteers)),
        StrikeRow.side == StrikeSide.VOLUNTEER,
        StrikeRow.state == StrikeState.GIVEN,
    )
    found: dict[UUID, list[datetime]] = {}
    for person_id, moment in session.execute(query):
        found.setdefault(person_id, []).append(moment)
    return found
