"""Organisations, their streets, staff and projects: loaded, locked, saved."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import (
    OrganisationKind,
    OrganisationKnown,
    OrganisationState,
    StaffKnown,
    StaffState,
)
from services.identity.domain.organisations import Organisation, moved, staff_moved
from services.identity.storage.revocations import revoke_sessions
from services.identity.storage.tables_organisations import (
    OrganisationRow,
    OrganisationStepRow,
    OrganisationStreetRow,
    ProjectRow,
    StaffRow,
)
from services.kernel.contract import NotFound


def add_organisation(
    session: Session, streets: Collection[str], now: datetime, **columns: Any
) -> Organisation:
    """Raises OrganisationKnown when one of this kind and name is open in the district."""
    row = insert(OrganisationRow).values(
        organisation_id=uuid4(), state=OrganisationState.PROPOSED, proposed_at=now, **columns
    )
    added = session.scalar(row.on_conflict_do_nothing().returning(OrganisationRow))
    if added is None:
        raise OrganisationKnown
    for street in sorted(set(streets)):
        session.add(OrganisationStreetRow(organisation_id=added.organisation_id, street=street))
    add_step(session, added, now, columns["proposed_by"], None)
    return loaded(session, [added])[0]


def get_organisation(session: Session, organisation_id: UUID, lock: bool = False) -> Organisation:
    row = session.get(
        OrganisationRow, organisation_id, with_for_update=lock or None, populate_existing=True
    )
    if row is None:
        raise NotFound
    return loaded(session, [row])[0]


def loaded(session: Session, rows: Sequence[OrganisationRow]) -> list[Organisation]:
    streets: dict[UUID, list[tuple[str, bool]]] = {row.organisation_id: [] for row in rows}
    for street in session.scalars(
        select(OrganisationStreetRow)
        .where(OrganisationStreetRow.organisation_id.in_(list(streets)))
        .order_by(OrganisationStreetRow.street)
        .execution_options(populate_existing=True)
    ):
        known = streets[street.organisation_id]
        known.append((street.street, street.confirmed_at is not None))
    return [
        Organisation(
            row.organisation_id,
            row.kind,
            row.name,
            row.district,
            row.state,
            row.places,
            row.proposed_by,
            tuple(streets[row.organisation_id]),
        )
        for row in rows
    ]


def move(
    session: Session,
    organisation: Organisation,
    to: OrganisationState,
    now: datetime,
    acted_by: UUID,
    reason: str | None = None,
) -> Organisation:
    """The only place where an organisation's state changes; call it with the row locked."""
    row = session.get_one(OrganisationRow, organisation.organisation_id)
    row.state = moved(row.state, to)
    add_step(session, row, now, acted_by, reason)
    return loaded(session, [row])[0]


def add_step(
    session: Session, row: OrganisationRow, now: datetime, acted_by: UUID, reason: str | None
) -> None:
    session.add(
        OrganisationStepRow(
            step_id=uuid4(),
            organisation_id=row.organisation_id,
            state=row.state,
            at=now,
            acted_by=acted_by,
            reason=reason,
        )
    )
    session.flush()


def confirm_streets(
    session: Session, organisation: Organisation, streets: Collection[str], now: datetime, by: UUID
) -> Organisation:
    session.execute(
        update(OrganisationStreetRow)
        .where(OrganisationStreetRow.organisation_id == organisation.organisation_id)
        .where(OrganisationStreetRow.street.in_(list(streets)))
        .values(confirmed_at=now, confirmed_by=by)
    )
    return get_organisation(session, organisation.organisation_id)


def organisations_page(
    session: Session,
    district: str,
    kind: OrganisationKind | None,
    state: OrganisationState | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[Organisation]:
    query = select(OrganisationRow).where(OrganisationRow.district == district)
    if kind is not None:
        query = query.where(OrganisationRow.kind == kind)
    if state is not None:
        query = query.where(OrganisationRow.state == state)
    if after is not None:
        place = func.row(OrganisationRow.name, OrganisationRow.organisation_id)
        query = query.where(place > func.row(*after))
    query = query.order_by(OrganisationRow.name, OrganisationRow.organisation_id).limit(limit)
    return loaded(session, list(session.scalars(query)))


# Staff


def leads_of(session: Session, organisation: Organisation) -> set[UUID]:
    """Who leads it now; nobody leads what is not confirmed."""
    if organisation.state is not OrganisationState.CONFIRMED:
        return set()
    query = select(StaffRow.person_id).where(
        StaffRow.organisation_id == organisation.organisation_id,
        StaffRow.is_lead,
        StaffRow.state == StaffState.ACTIVE,
    )
    return set(session.scalars(query))


def staff_of(session: Session, organisation_id: UUID) -> list[StaffRow]:
    query = select(StaffRow).where(StaffRow.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(StaffRow.added_at, StaffRow.staff_id)))


def add_staff(session: Session, **columns: Any) -> StaffRow:
    """Raises StaffKnown when the person is staff of it already, in this area."""
    row = insert(StaffRow).values(staff_id=uuid4(), state=StaffState.ACTIVE, **columns)
    added = session.scalar(row.on_conflict_do_nothing().returning(StaffRow))
    if added is None:
        raise StaffKnown
    return added


def lock_staff(session: Session, staff_id: UUID) -> tuple[StaffRow, Organisation]:
    """A member of staff and the organisation, both locked."""
    seen = session.get(StaffRow, staff_id)
    if seen is None:
        raise NotFound
    organisation = get_organisation(session, seen.organisation_id, lock=True)
    session.refresh(seen, with_for_update=True)
    return seen, organisation


def move_staff(
    session: Session, row: StaffRow, to: StaffState, now: datetime, acted_by: UUID, reason: str
) -> None:
    """The only place where a member of staff changes state; their tokens end with the role."""
    row.state = staff_moved(row.state, to)
    row.changed_at, row.changed_by, row.reason = now, acted_by, reason
    session.flush()
    if to is not StaffState.ACTIVE:
        revoke_sessions(session, row.person_id)


def revoke_all_staff(session: Session, organisation_id: UUID) -> None:
    """Whoever acts for an organisation that is stopped is signed out."""
    query = select(StaffRow.person_id).where(
        StaffRow.organisation_id == organisation_id, StaffRow.state == StaffState.ACTIVE
    )
    revoke_sessions(session, *session.scalars(query))


def end_all_of(
    session: Session, person_id: UUID, now: datetime, acted_by: UUID
) -> list[tuple[StaffRow, Organisation]]:
    """The person's account closes: they are staff of nothing any more; what they were ends."""
    query = (
        select(StaffRow)
        .where(StaffRow.person_id == person_id, StaffRow.state != StaffState.ENDED)
        .order_by(StaffRow.staff_id)
        .with_for_update()
    )
    ended = session.scalars(query).all()
    for row in ended:
        move_staff(session, row, StaffState.ENDED, now, acted_by, "account closed")
    return [(row, get_organisation(session, row.organisation_id)) for row in ended]


# Projects


def add_project(session: Session, **columns: Any) -> ProjectRow:
    row = ProjectRow(project_id=uuid4(), **columns)
    session.add(row)
    session.flush()
    return row


def lock_project(session: Session, project_id: UUID) -> ProjectRow:
    row = session.get(ProjectRow, project_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def projects_of(session: Session, organisation_id: UUID) -> list[ProjectRow]:
    query = select(ProjectRow).where(ProjectRow.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(ProjectRow.starts_on, ProjectRow.project_id)))
