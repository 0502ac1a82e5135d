"""Selections: loaded, locked, saved, each step in its own table."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import NotFound
from services.rating.contract import AlreadyNominated, SelectionKind
from services.rating.domain.figures import Figures
from services.rating.domain.selection_policy import SelectionPolicy
from services.rating.domain.selection_states import SelectionAct, SelectionState, moved
from services.rating.domain.selections import Selection
from services.rating.domain.shortlist import Candidate, Judged
from services.rating.storage.tables_selections import (
    JurorRow,
    NominationRow,
    SelectionRow,
    ShortlistRow,
    VoteRow,
    WinnerRow,
)


FIELDS = tuple(Selection.__dataclass_fields__)
Position = tuple[datetime, UUID]


def add_selection(session: Session, selection: Selection) -> None:
    facts = vars(selection) | {
        "kind": selection.kind.value,
        "state": selection.state.value,
        "criteria": asdict(selection.criteria),
    }
    session.execute(insert(SelectionRow).values(facts))


def find_selection(session: Session, selection_id: UUID) -> Selection:
    return selection_from(_row(session, selection_id))


def lock_selection(session: Session, selection_id: UUID) -> Selection:
    """The selection, as nobody else can change it or vote in it until this transaction ends."""
    return selection_from(_row(session, selection_id, lock=True))


def move(session: Session, selection: Selection, act: SelectionAct, **changes: Any) -> Selection:
    """The only place where a selection changes; call it with the selection locked."""
    row = _row(session, selection.selection_id)
    row.state = moved(SelectionState(row.state), act)
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    return selection_from(row)


def selections_in(
    session: Session, area: str, most: int, before: Position | None, only_announced: bool = False
) -> list[Selection]:
    """Newest first: by when they were opened, or announced."""
    at = SelectionRow.announced_at if only_announced else SelectionRow.opened_at
    query = select(SelectionRow).where(SelectionRow.area == area)
    if only_announced:
        query = query.where(SelectionRow.state == SelectionState.ANNOUNCED)
    if before is not None:
        query = query.where(tuple_(at, SelectionRow.selection_id) < tuple_(*before))
    query = query.order_by(at.desc(), SelectionRow.selection_id.desc()).limit(most)
    return [selection_from(row) for row in session.scalars(query)]


# The jury, and who is nominated


def jury_of(session: Session, selection_id: UUID) -> list[UUID]:
    query = select(JurorRow.member_id).where(JurorRow.selection_id == selection_id)
    return sorted(session.scalars(query))


def replace_jury(
    session: Session, selection_id: UUID, member_ids: Iterable[UUID], by: UUID, now: datetime
) -> None:
    session.execute(delete(JurorRow).where(JurorRow.selection_id == selection_id))
    rows = [
        {
            "selection_id": selection_id,
            "member_id": member_id,
            "appointed_by": by,
            "appointed_at": now,
        }
        for member_id in member_ids
    ]
    session.execute(insert(JurorRow).values(rows))


def add_nomination(session: Session, **columns: Any) -> None:
    """Raises AlreadyNominated for who was put forward before, be it at this moment."""
    row = insert(NominationRow).values(columns).on_conflict_do_nothing()
    if session.scalar(row.returning(NominationRow.candidate_id)) is None:
        raise AlreadyNominated


def nominated_for(session: Session, selection_id: UUID) -> list[UUID]:
    query = select(NominationRow.candidate_id).where(NominationRow.selection_id == selection_id)
    return sorted(session.scalars(query))


# Shortlists


def add_shortlist(
    session: Session, selection_id: UUID, version: int, listed: Iterable[Judged]
) -> None:
    rows = [
        vars(each.candidate)
        | {
            "selection_id": selection_id,
            "version": version,
            "figures": each.figures.to_json(),
            "points": dict(each.points),
            "lacking": list(each.lacking),
            "rank": each.rank,
        }
        for each in listed
    ]
    if rows:
        session.execute(insert(ShortlistRow).values(rows))


def shortlist_of(session: Session, selection: Selection) -> list[Judged]:
    """The newest version: by rank, after them who has too few, by name."""
    query = select(ShortlistRow).where(
        ShortlistRow.selection_id == selection.selection_id,
        ShortlistRow.version == selection.shortlist_version,
    )
    found = [judged_from(row) for row in session.scalars(query)]
    return sorted(
        found,
        key=lambda each: (each.rank is None, each.rank, each.candidate.name, each.candidate_id),
    )


# Votes and winners


def save_vote(
    session: Session, selection_id: UUID, member_id: UUID, candidate_ids: list[UUID], now: datetime
) -> None:
    row = insert(VoteRow).values(
        selection_id=selection_id, member_id=member_id, candidate_ids=candidate_ids, cast_at=now
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["selection_id", "member_id"],
            set_={"candidate_ids": row.excluded.candidate_ids, "cast_at": row.excluded.cast_at},
        )
    )


def votes_of(session: Session, selection_id: UUID) -> dict[UUID, list[UUID]]:
    query = select(VoteRow).where(VoteRow.selection_id == selection_id)
    return {row.member_id: list(row.candidate_ids) for row in session.scalars(query)}


def add_winners(session: Session, selection: Selection, winner_ids: Collection[UUID]) -> None:
    rows = [
        {
            "selection_id": selection.selection_id,
            "version": selection.shortlist_version,
            "candidate_id": candidate_id,
        }
        for candidate_id in sorted(set(winner_ids))
    ]
    if rows:
        session.execute(insert(WinnerRow).values(rows))


def winners_of(session: Session, selection_id: UUID) -> set[UUID]:
    query = select(WinnerRow.candidate_id).where(WinnerRow.selection_id == selection_id)
    return set(session.scalars(query))


def _row(session: Session, selection_id: UUID, lock: bool = False) -> SelectionRow:
    row = session.get(
        SelectionRow, selection_id, with_for_update=lock or None, populate_existing=True
    )
    if row is None:
        raise NotFound("There is no such selection.")
    return row


def selection_from(row: SelectionRow) -> Selection:
    facts = {name: getattr(row, name) for name in FIELDS}
    return Selection(
        **facts
        | {
            "kind": SelectionKind(row.kind),
            "state": SelectionState(row.state),
            "criteria": SelectionPolicy(**row.criteria),
        }
    )


def judged_from(row: ShortlistRow) -> Judged:
    return Judged(
        candidate=Candidate(row.candidate_id, row.organisation_id, row.name, row.organisation),
        figures=Figures(**row.figures),
        points=row.points,
        lacking=tuple(row.lacking),
        rank=row.rank,
    )
