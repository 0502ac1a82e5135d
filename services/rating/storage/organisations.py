"""The copy of organisations, projects and staff; the stale never overwrites the newer."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import OrganisationKind, OrganisationState, StaffState
from services.kernel.contract import NotFound
from services.rating.contract import SelectionKind
from services.rating.domain.attribution import Attribution, Project, StaffStep, Term, terms_of
from services.rating.domain.selections import Selection
from services.rating.domain.shortlist import Candidate
from services.rating.storage.tables_organisations import (
    OrganisationRow,
    ProjectRow,
    StaffStepRow,
)


STEP = tuple(StaffStep.__dataclass_fields__)
PROJECT = tuple(Project.__dataclass_fields__)
IS_VOLUNTEERS = OrganisationRow.kind == OrganisationKind.VOLUNTEER_ORGANISATION


def save_newest(session: Session, table: type[Any], key: str, facts: dict[str, Any]) -> None:
    """Keep what is told, unless something newer is known."""
    row = insert(table).values(facts)
    newer = {name: row.excluded[name] for name in facts if name != key}
    session.execute(
        row.on_conflict_do_update(
            index_elements=[key], set_=newer, where=table.sequence < row.excluded.sequence
        )
    )


def save_organisation(session: Session, **facts: Any) -> None:
    save_newest(session, OrganisationRow, "organisation_id", facts)


def save_project(session: Session, **facts: Any) -> None:
    save_newest(session, ProjectRow, "project_id", facts)


def add_step(session: Session, step: StaffStep) -> None:
    row = insert(StaffStepRow).values(vars(step) | {"state": step.state.value})
    session.execute(row.on_conflict_do_nothing())


def attribution(session: Session) -> Attribution:
    """Who belonged to which volunteer organisation when, and their projects, of the whole city."""
    steps = (
        select(StaffStepRow)
        .join(OrganisationRow, OrganisationRow.organisation_id == StaffStepRow.organisation_id)
        .where(IS_VOLUNTEERS)
    )
    projects = [project_from(row) for row in session.scalars(select(ProjectRow))]
    return Attribution.of(terms_of(map(step_from, session.scalars(steps))), projects)


def terms_with(session: Session, person_id: UUID) -> list[Term]:
    """The times for which somebody belonged to organisations."""
    query = select(StaffStepRow).where(StaffStepRow.person_id == person_id)
    return terms_of(map(step_from, session.scalars(query)))


def leads_of(session: Session, organisation_id: UUID) -> set[UUID]:
    """Who leads an organisation now."""
    query = select(StaffStepRow).where(StaffStepRow.organisation_id == organisation_id)
    terms = terms_of(map(step_from, session.scalars(query)))
    return {term.person_id for term in terms if term.is_lead and term.until is None}


def candidates_of(
    session: Session, selection: Selection, among: Collection[UUID] | None = None
) -> list[Candidate]:
    """What can be selected: of the volunteer organisations of the area that are in order.

    Of projects those that ran in the period; ``among`` leaves out all others.
    """
    organisations = select(OrganisationRow).where(
        IS_VOLUNTEERS,
        OrganisationRow.state == OrganisationState.CONFIRMED,
        OrganisationRow.district.startswith(selection.districts),
    )
    known = {row.organisation_id: row for row in session.scalars(organisations)}
    if selection.kind is SelectionKind.ORGANISATION:
        found = [Candidate(key, key, row.name, row.name) for key, row in known.items()]
    else:
        rows = session.scalars(
            select(ProjectRow).where(ProjectRow.organisation_id.in_(list(known)))
        )
        projects = [project_from(row) for row in rows]
        found = [
            Candidate(
                project.project_id,
                project.organisation_id,
                project.name,
                known[project.organisation_id].name,
            )
            for project in projects
            if project.overlaps(selection.from_date, selection.until_date)
        ]
    return [each for each in found if among is None or each.candidate_id in among]


def find_candidate(session: Session, selection: Selection, candidate_id: UUID) -> Candidate:
    """Raises NotFound for what cannot be selected."""
    found = candidates_of(session, selection, {candidate_id})
    if not found:
        raise NotFound("There is no such candidate in this area and period.")
    return found[0]


def step_from(row: StaffStepRow) -> StaffStep:
    facts = {name: getattr(row, name) for name in STEP}
    return StaffStep(**facts | {"state": StaffState(row.state)})


def project_from(row: ProjectRow) -> Project:
    return Project(**{name: getattr(row, name) for name in PROJECT})
