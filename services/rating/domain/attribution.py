"""For whom a volunteer served: the one organisation, and the one project, that a visit counts for.

A visit says who served, when and with what; identity says who belonged to which organisation then,
and which projects it had. A visit counts once: for the project that fits it, of the organisations
the volunteer belonged to; where none fits, for the organisation joined first. So no sum grows by
somebody's being a member twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.identity.contract import StaffState
from services.kernel.calendar import city_date


@dataclass(frozen=True)
class StaffStep:
    """That somebody became staff of an organisation, or was stopped, let go on or ended."""

    staff_id: UUID
    sequence: int
    organisation_id: UUID
    person_id: UUID
    is_lead: bool
    state: StaffState
    changed_at: datetime


@dataclass(frozen=True)
class Term:
    """A time for which somebody belonged to an organisation, since ``joined_at`` at the earliest.

    ``until`` is the first moment at which they no longer did.
    """

    organisation_id: UUID
    person_id: UUID
    since: datetime
    until: datetime | None
    joined_at: datetime
    is_lead: bool = False

    def covers(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True)
class Project:
    project_id: UUID
    organisation_id: UUID
    name: str
    category: str
    starts_on: date
    ends_on: date | None

    def fits(self, category: str, day: date) -> bool:
        return self.category == category and self.overlaps(day, day)

    def overlaps(self, first: date, last: date) -> bool:
        return self.starts_on <= last and (self.ends_on is None or first <= self.ends_on)


class Credit(NamedTuple):
    """What a visit counts for."""

    organisation_id: UUID
    project_id: UUID | None


def terms_of(steps: Iterable[StaffStep]) -> list[Term]:
    """The times that the steps make, in whatever order and however often they are told."""
    by_staff: dict[UUID, list[StaffStep]] = defaultdict(list)
    for step in steps:
        by_staff[step.staff_id].append(step)
    return [term for each in by_staff.values() for term in terms_of_one(each)]


def terms_of_one(steps: list[StaffStep]) -> list[Term]:
    ordered = sorted(steps, key=lambda step: (step.changed_at, step.sequence))
    ends = [step.changed_at for step in ordered[1:]]
    terms: list[Term] = []
    for step, until in zip(ordered, [*ends, None], strict=True):
        if step.state is StaffState.ACTIVE and step.changed_at != until:
            term = Term(
                step.organisation_id,
                step.person_id,
                step.changed_at,
                until,
                ordered[0].changed_at,
                step.is_lead,
            )
            terms.append(term)
    return terms


@dataclass(frozen=True)
class Attribution:
    """Who belonged where, and what there was to belong to."""

    terms: Mapping[UUID, list[Term]] = field(default_factory=dict)
    projects: Mapping[UUID, list[Project]] = field(default_factory=dict)

    @staticmethod
    def of(terms: Iterable[Term], projects: Iterable[Project]) -> "Attribution":
        by_person: dict[UUID, list[Term]] = defaultdict(list)
        by_organisation: dict[UUID, list[Project]] = defaultdict(list)
        for term in sorted(terms, key=lambda term: (term.joined_at, term.organisation_id)):
            by_person[term.person_id].append(term)
        for project in sorted(projects, key=lambda each: (each.starts_on, each.project_id)):
            by_organisation[project.organisation_id].append(project)
        return Attribution(by_person, by_organisation)

    def credit(self, volunteer_id: UUID, at: datetime, category: str) -> Credit | None:
        """None when the volunteer served for themselves alone."""
        day = city_date(at)
        joined = [
            term.organisation_id for term in self.terms.get(volunteer_id, ()) if term.covers(at)
        ]
        for organisation_id in joined:
            for project in self.projects.get(organisation_id, ()):
                if project.fits(category, day):
                    return Credit(organisation_id, project.project_id)
        return Credit(joined[0], None) if joined else None
