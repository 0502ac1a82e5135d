"""Disputes with what was said and decided: one row is locked before anything of it changes."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import NotFound
from services.rating.contract import (
    AlreadyDisputed,
    Claim,
    DisputeState,
    Ending,
    Level,
    Outcome,
    Side,
)
from services.rating.domain.disputes import Decision, Disputable, Dispute, Evidence, Step
from services.rating.storage.tables_disputes import (
    DecisionRow,
    DisputableRow,
    DisputeRow,
    EvidenceRow,
    StepRow,
)


KINDS: dict[str, Any] = {
    "side": Side,
    "claim": Claim,
    "state": DisputeState,
    "level": Level,
    "outcome": Outcome,
    "ending": Ending,
    "acted_by": tuple,
}


def loaded(cls: Any, row: Any) -> Any:
    """A row as the domain's value: texts become what they stand for."""
    values = {field.name: getattr(row, field.name) for field in fields(cls)}
    for name, kind in KINDS.items():
        if values.get(name) is not None:
            values[name] = kind(values[name])
    return cls(**values)


def stored(value: Any) -> dict[str, Any]:
    """The columns of a domain's value; psycopg2 knows texts, not what they stand for."""
    columns = dict(vars(value))
    for name, kind in KINDS.items():
        if columns.get(name) is not None:
            columns[name] = list(columns[name]) if kind is tuple else str(columns[name])
    return columns


def save_disputable(session: Session, visit: Disputable) -> None:
    """Keep a visit; one that is known already stays as it is."""
    session.execute(insert(DisputableRow).values(stored(visit)).on_conflict_do_nothing())


def find_disputable(session: Session, visit_id: UUID) -> Disputable:
    row = session.get(DisputableRow, visit_id)
    if row is None:
        raise NotFound("There is no visit of this id that could be disputed.")
    return loaded(Disputable, row)


def add_dispute(session: Session, dispute: Dispute) -> None:
    """Raises AlreadyDisputed, also when another commits at this moment."""
    row = insert(DisputeRow).values(stored(dispute))
    if session.scalar(row.on_conflict_do_nothing().returning(DisputeRow.dispute_id)) is None:
        raise AlreadyDisputed


def find_dispute(session: Session, dispute_id: UUID) -> Dispute:
    row = session.get(DisputeRow, dispute_id)
    if row is None:
        raise NotFound("There is no dispute of this id.")
    return loaded(Dispute, row)


def lock_dispute(session: Session, dispute_id: UUID) -> Dispute:
    """The dispute, as nobody else can change it until this transaction ends."""
    query = select(DisputeRow).where(DisputeRow.dispute_id == dispute_id).with_for_update()
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound("There is no dispute of this id.")
    return loaded(Dispute, row)


def save_dispute(session: Session, dispute: Dispute) -> None:
    columns = stored(dispute)
    session.execute(
        update(DisputeRow)
        .where(DisputeRow.dispute_id == columns.pop("dispute_id"))
        .values(columns)
        .execution_options(synchronize_session=False)
    )


def last_ended(session: Session, visit_id: UUID, side: Side) -> datetime | None:
    """When the last dispute that another side had of a visit was over, its coins moved."""
    query = (
        select(func.max(StepRow.at))
        .join(DisputeRow, DisputeRow.dispute_id == StepRow.dispute_id)
        .where(
            DisputeRow.visit_id == visit_id,
            DisputeRow.side != side.value,
            StepRow.state.in_([DisputeState.SETTLED.value, DisputeState.WITHDRAWN.value]),
        )
    )
    return session.scalar(query)


def add_step(
    session: Session, dispute: Dispute, act: str, by: UUID | None, words: str, now: datetime
) -> None:
    """The caller holds the dispute locked, or has just opened it."""
    query = select(func.count()).where(StepRow.dispute_id == dispute.dispute_id)
    step = Step(
        dispute_id=dispute.dispute_id,
        number=(session.scalar(query) or 0) + 1,
        act=act,
        state=dispute.state,
        level=dispute.level,
        by=by,
        words=words,
        at=now,
    )
    session.execute(insert(StepRow).values(stored(step)))


def steps_of(session: Session, dispute_id: UUID) -> list[Step]:
    query = select(StepRow).where(StepRow.dispute_id == dispute_id).order_by(StepRow.number)
    return [loaded(Step, row) for row in session.scalars(query)]


def add_evidence(session: Session, evidence: Evidence) -> None:
    session.execute(insert(EvidenceRow).values(stored(evidence)))


def evidence_of(session: Session, dispute_id: UUID) -> list[Evidence]:
    query = (
        select(EvidenceRow)
        .where(EvidenceRow.dispute_id == dispute_id)
        .order_by(EvidenceRow.given_at, EvidenceRow.evidence_id)
    )
    return [loaded(Evidence, row) for row in session.scalars(query)]


def add_decision(session: Session, decision: Decision) -> None:
    session.execute(insert(DecisionRow).values(stored(decision)))


def decisions_of(session: Session, dispute_ids: Iterable[UUID]) -> dict[UUID, list[Decision]]:
    """Those of each dispute: the first, then the one on appeal."""
    ids = list(dispute_ids)
    query = (
        select(DecisionRow)
        .where(DecisionRow.dispute_id.in_(ids))
        .order_by(DecisionRow.dispute_id, DecisionRow.is_appeal)
    )
    found: dict[UUID, list[Decision]] = {dispute_id: [] for dispute_id in ids}
    for row in session.scalars(query):
        found[row.dispute_id].append(loaded(Decision, row))
    return found
