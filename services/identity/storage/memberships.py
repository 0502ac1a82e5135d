"""Memberships of special groups: loaded, locked, and moved from state to state."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import MembershipState, Scope, SpecialGroup
from services.identity.domain.consent import ConsentState
from services.identity.domain.memberships import STANDING, Term, moved
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_acting import ConsentRow
from services.identity.storage.tables_groups import MembershipRow
from services.identity.storage.vault import Vault
from services.kernel.contract import NotFound


def add_membership(
    session: Session,
    vault: Vault,
    person_id: UUID,
    group: SpecialGroup,
    evidence: str,
    term: Term,
    state: MembershipState,
    now: datetime,
    entered_by: UUID | None,
    **more: Any,
) -> MembershipRow | None:
    """The new membership; None when one of the person in this group stands already."""
    row = insert(MembershipRow).values(
        membership_id=more.pop("membership_id", None) or uuid4(),
        person_id=person_id,
        group=group,
        state=state,
        sealed_evidence=vault.seal(evidence, "evidence", person_id),
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        entered_at=now,
        entered_by=entered_by,
        **more,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(MembershipRow))


def find_membership(session: Session, membership_id: UUID) -> MembershipRow:
    row = session.get(MembershipRow, membership_id)
    if row is None:
        raise NotFound
    return row


def lock_membership(session: Session, membership_id: UUID) -> MembershipRow:
    row = session.get(MembershipRow, membership_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def move(session: Session, row: MembershipRow, to: MembershipState, **columns: Any) -> None:
    """Change the state of a locked membership; raises WrongMembershipState."""
    row.state = moved(row.state, to)
    for name, value in columns.items():
        setattr(row, name, value)
    session.flush()


def groups_of(session: Session, person_id: UUID) -> list[SpecialGroup]:
    """The groups that a person belongs to now: those whose first day has come."""
    return list(
        session.scalars(
            select(MembershipRow.group)
            .where(MembershipRow.person_id == person_id)
            .where(MembershipRow.state == MembershipState.APPROVED)
            .where(MembershipRow.told_at.is_not(None))
            .order_by(MembershipRow.group)
        )
    )


def memberships_of(session: Session, person_id: UUID) -> list[MembershipRow]:
    return list(
        session.scalars(
            select(MembershipRow)
            .where(MembershipRow.person_id == person_id)
            .order_by(MembershipRow.entered_at.desc(), MembershipRow.membership_id)
        )
    )


def lock_standing_of(session: Session, person_id: UUID) -> list[MembershipRow]:
    return list(
        session.scalars(
            select(MembershipRow)
            .where(MembershipRow.person_id == person_id, MembershipRow.state.in_(STANDING))
            .order_by(MembershipRow.membership_id)
            .with_for_update()
        )
    )


def standing_among(
    session: Session, person_ids: Collection[UUID]
) -> set[tuple[UUID, SpecialGroup]]:
    rows = session.execute(
        select(MembershipRow.person_id, MembershipRow.group)
        .where(MembershipRow.person_id.in_(list(person_ids)))
        .where(MembershipRow.state.in_(STANDING))
    )
    return {(person_id, group) for person_id, group in rows}


def page_by_state(
    session: Session,
    district: str,
    states: Collection[MembershipState],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[MembershipRow, str, str]]:
    """Memberships with the name and street of each person, the oldest first."""
    query = in_district(district).where(MembershipRow.state.in_(list(states)))
    place = func.row(MembershipRow.entered_at, MembershipRow.membership_id)
    if after is not None:
        query = query.where(place > func.row(*after))
    query = query.order_by(MembershipRow.entered_at, MembershipRow.membership_id).limit(limit)
    return [(row, name, street) for row, name, street in session.execute(query)]


def page_of_rechecks(
    session: Session,
    district: str,
    due_by: date,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[tuple[MembershipRow, str, str]]:
    query = in_district(district).where(
        MembershipRow.state == MembershipState.APPROVED, MembershipRow.recheck_due_on <= due_by
    )
    place = func.row(MembershipRow.recheck_due_on, MembershipRow.membership_id)
    if after is not None:
        query = query.where(place > func.row(*after))
    query = query.order_by(MembershipRow.recheck_due_on, MembershipRow.membership_id)
    return [(row, name, street) for row, name, street in session.execute(query.limit(limit))]


def in_district(district: str) -> Any:
    return (
        select(MembershipRow, PersonRow.name, PersonRow.street)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id)
        .where(PersonRow.street.startswith(district, autoescape=True))
    )


def lock_to_begin(session: Session, today: date, limit: int) -> list[MembershipRow]:
    """Approved ones whose first day has come and that nobody was told of."""
    return lock_some(
        session,
        limit,
        MembershipRow.told_at.is_(None),
        MembershipRow.starts_on <= today,
    )


def lock_to_end(
    session: Session, today: date, missed_before: date, limit: int
) -> list[MembershipRow]:
    """Approved ones whose last day is over, or whose re-check was missed."""
    return lock_some(
        session,
        limit,
        or_(MembershipRow.ends_on < today, MembershipRow.recheck_due_on < missed_before),
    )


def lock_some(session: Session, limit: int, *conditions: Any) -> list[MembershipRow]:
    """What another process has locked is its own to deal with."""
    query = (
        select(MembershipRow)
        .where(MembershipRow.state == MembershipState.APPROVED, *conditions)
        .order_by(MembershipRow.membership_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def is_agent(session: Session, elder_id: UUID, agent_id: UUID | None, now: datetime) -> bool:
    """Whether the elder lets this relative ask for help in their name."""
    found = session.scalar(
        select(ConsentRow.consent_id)
        .where(ConsentRow.elder_id == elder_id, ConsentRow.agent_id == agent_id)
        .where(ConsentRow.state == ConsentState.GIVEN, ConsentRow.until > now)
        .where(literal(Scope.REQUESTS.value) == any_(ConsentRow.scopes))
    )
    return found is not None
