"""Tell of organisations once more: ``python -m services.identity.tell_organisations_again``.

For a reader that began to listen later: rating counts what an organisation's people and projects
did, for selections. Readers keep the newest of what they are told, and of staff when they began and
ended, so a run may be stopped and begun again. Of staff who were suspended and let go on again only
the beginning is told.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.contract import (
    OrganisationClosed,
    OrganisationConfirmed,
    OrganisationState,
    OrganisationSuspended,
    ProjectChanged,
    StaffChanged,
    StaffState,
)
from services.identity.domain.organisations import Organisation, facts_of, told_of
from services.identity.retelling import run
from services.identity.service.base import STAFF
from services.identity.service.organisations import PROJECT
from services.identity.storage import organisations as stored
from services.identity.storage.tables_organisations import (
    OrganisationRow,
    OrganisationStepRow,
    StaffRow,
)
from services.kernel.contract import Event
from services.kernel.outbox import envelope, record_all


Told = tuple[type[Event], dict[str, Any]]
EVENTS: dict[OrganisationState, type[Event]] = {
    OrganisationState.CONFIRMED: OrganisationConfirmed,
    OrganisationState.SUSPENDED: OrganisationSuspended,
    OrganisationState.CLOSED: OrganisationClosed,
}


def tell_next(session: Session, after: UUID) -> tuple[UUID | None, int]:
    """Where to go on. Nobody changes the organisation until all of it is in the outbox."""
    query = (
        select(OrganisationRow.organisation_id)
        .where(OrganisationRow.organisation_id > after)
        .order_by(OrganisationRow.organisation_id)
        .limit(1)
    )
    organisation_id = session.scalar(query)
    if organisation_id is None:
        return None, 0
    organisation = stored.get_organisation(session, organisation_id, lock=True)
    if organisation.state is OrganisationState.PROPOSED:
        return organisation_id, 0
    now, story = datetime.now(UTC), str(uuid4())
    told = [
        envelope(event, facts, now, story) for event, facts in all_told(session, organisation, now)
    ]
    record_all(session, told)
    return organisation_id, 1


def all_told(session: Session, organisation: Organisation, now: datetime) -> Iterator[Told]:
    """The organisation and its projects as they are; of its staff when each began and ended."""
    step = last_step(session, organisation.organisation_id)
    facts = facts_of(organisation, step.acted_by)
    if organisation.state is not OrganisationState.CONFIRMED:
        facts |= {"reason": step.reason or ""}
    yield EVENTS[organisation.state], facts
    for row in stored.staff_of(session, organisation.organisation_id):
        yield from told_of_staff(organisation, row)
    for project in stored.projects_of(session, organisation.organisation_id):
        known = told_of(organisation, project, PROJECT)
        yield ProjectChanged, known | {"acted_by": project.added_by}


def told_of_staff(organisation: Organisation, row: StaffRow) -> Iterator[Told]:
    began = {"state": StaffState.ACTIVE, "changed_at": row.added_at, "acted_by": row.added_by}
    yield StaffChanged, told_of(organisation, row, STAFF) | began
    if row.state is not StaffState.ACTIVE:
        since = {"changed_at": row.changed_at, "acted_by": row.changed_by}
        yield StaffChanged, told_of(organisation, row, STAFF) | since


def last_step(session: Session, organisation_id: UUID) -> OrganisationStepRow:
    query = (
        select(OrganisationStepRow)
        .where(OrganisationStepRow.organisation_id == organisation_id)
        .order_by(OrganisationStepRow.at.desc())
        .limit(1)
    )
    return session.scalars(query).one()


def main() -> None:
    run(__doc__, tell_next, "organisations")


if __name__ == "__main__":
    main()
