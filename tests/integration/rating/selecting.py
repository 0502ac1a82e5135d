"""Organisations with their service, and a selection among them, as the tests tell of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from services.identity.contract import (
    OrganisationConfirmed,
    OrganisationKind,
    OrganisationState,
    OrganisationSuspended,
    PolicyAdopted,
    ProjectChanged,
    Role,
    StaffChanged,
    StaffState,
)
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.kernel.tables import policy_versions
from services.rating.storage import OrganisationRow, ProjectRow, ServedVisitRow, StaffStepRow
from tests.integration.conftest import policy_document
from tests.integration.rating.conftest import ENDED, STREET, Rating, Visit


DISTRICT = STREET[:6]
JOINED = ENDED - timedelta(days=60)
OPENED = datetime(2026, 7, 2, 2, tzinfo=ENDED.tzinfo)
CLOSES = OPENED + timedelta(days=10)
AFTER = CLOSES + timedelta(hours=1)
FEW = {
    "least_visits": 3,
    "least_elders": 2,
    "least_volunteers": 1,
    "least_ratings": 2,
    "least_shown": 1,
}


def holder(role: Role, area: str) -> Caller:
    return Caller(uuid4(), (RoleIn(role, area),))


@dataclass
class Organisation:
    """A volunteer organisation that rating knows of, with its members."""

    organisation_id: UUID
    name: str
    members: list[Caller] = field(default_factory=list)


class Selecting:
    """A district of a rating service, with few minimums, organisations and a jury."""

    def __init__(self, rating: Rating, district: str = DISTRICT):
        self.rating, self.district = rating, district
        self.call, self.recorded = rating.call, rating.recorded
        self.officer = holder(Role.DISTRICT_OFFICER, district)
        self.city = holder(Role.CITY_OFFICER, CITY_AREA)
        self.jury = [holder(Role.STREET_OFFICER, STREET) for _ in range(3)]
        self.adopt({}, 2, ENDED)

    def adopt(self, changes: Mapping[str, Any], version: int, since: datetime) -> None:
        """Let there be a policy with few minimums, and these changes; the same again is nothing."""
        values = {
            section: {name: entry["value"] for name, entry in rules.items()}
            for section, rules in policy_document().items()
        }
        values["selection"] |= FEW | dict(changes)
        self.rating.publish(
            PolicyAdopted,
            district=CITY_AREA,
            version=version,
            effective_from=since,
            values=values,
        )
        self.rating.eventually(lambda: self.knows_policy(version))

    def knows_policy(self, version: int) -> bool:
        with self.rating.session() as session:
            known = select(policy_versions.c.version).where(policy_versions.c.version == version)
            return session.scalar(known) is not None

    def organisation(
        self, name: str, members: int = 2, district: str | None = None
    ) -> Organisation:
        made = Organisation(uuid4(), name)
        self.rating.publish(
            OrganisationConfirmed,
            district=district or self.district,
            organisation_id=made.organisation_id,
            kind=OrganisationKind.VOLUNTEER_ORGANISATION,
            name=name,
            streets=[],
            places=None,
            acted_by=uuid4(),
        )
        self.rating.eventually(lambda: self.has(OrganisationRow, made.organisation_id))
        for _ in range(members):
            self.join(made, Caller(uuid4()))
        return made

    def suspend(self, its: Organisation) -> None:
        self.rating.publish(
            OrganisationSuspended,
            district=self.district,
            organisation_id=its.organisation_id,
            kind=OrganisationKind.VOLUNTEER_ORGANISATION,
            name=its.name,
            streets=[],
            places=None,
            acted_by=uuid4(),
            reason="重复计时",
        )
        self.rating.eventually(lambda: self.state_of(its) == OrganisationState.SUSPENDED)

    def state_of(self, its: Organisation) -> str:
        with self.rating.session() as session:
            return str(session.get_one(OrganisationRow, its.organisation_id).state)

    def join(self, its: Organisation, person: Caller, is_lead: bool = False) -> UUID:
        staff_id = uuid4()
        self.tell_staff(its, person, staff_id, is_lead=is_lead)
        its.members.append(person)
        return staff_id

    def tell_staff(self, its: Organisation, person: Caller, staff_id: UUID, **more: Any) -> None:
        facts = {"is_lead": False, "state": StaffState.ACTIVE, "changed_at": JOINED} | more
        before = self.steps_of(staff_id)
        self.rating.publish(
            StaffChanged,
            district=self.district,
            staff_id=staff_id,
            organisation_id=its.organisation_id,
            person_id=person.person_id,
            role=None,
            area=None,
            acted_by=uuid4(),
            **facts,
        )
        self.rating.eventually(lambda: self.steps_of(staff_id) > before)

    def steps_of(self, staff_id: UUID) -> int:
        with self.rating.session() as session:
            return session.query(StaffStepRow).filter_by(staff_id=staff_id).count()

    def project(self, its: Organisation, name: str, category: str = "accompanying") -> UUID:
        project_id = uuid4()
        self.rating.publish(
            ProjectChanged,
            district=self.district,
            project_id=project_id,
            organisation_id=its.organisation_id,
            name=name,
            category=category,
            starts_on=date(2026, 1, 1),
            ends_on=None,
            acted_by=uuid4(),
        )
        self.rating.eventually(lambda: self.has(ProjectRow, project_id))
        return project_id

    def has(self, table: Any, key: UUID) -> bool:
        with self.rating.session() as session:
            return session.get(table, key) is not None

    def serve(self, its: Organisation, *stars: int | None, minutes: int = 60) -> list[Visit]:
        """A visit for each rating, each to another elder, by the members in turn."""
        visits = []
        for number in range(len(stars)):
            volunteer = its.members[number % len(its.members)]
            visit = Visit(uuid4(), Caller(uuid4()), volunteer)
            street = f"{self.district}001"
            self.rating.tell_visit(visit, minutes=minutes, street=street, district=self.district)
            visits.append(visit)
        for visit, given in zip(visits, stars, strict=True):
            self.rating.eventually(lambda its=visit: self.has(ServedVisitRow, its.visit_id))
            if given is not None:
                self.rating.rate(visit, stars=given)
        return visits

    def open(self, by: Caller | None = None, **changes: Any) -> dict[str, Any]:
        now = changes.pop("now", OPENED)
        payload = {
            "kind": "organisation",
            "area": self.district,
            "from_date": "2026-01-01",
            "until_date": "2026-06-30",
            "title_zh": "上半年优秀组织",
            "title_en": "Excellent organisations",
            "winners": 1,
        }
        answer: dict[str, Any] = self.call(
            "open_selection", payload | changes, by or self.officer, now=now
        )
        return answer

    def do(
        self, operation: str, its: Mapping[str, Any], by: Caller | None = None, **more: Any
    ) -> dict[str, Any]:
        now = more.pop("now", OPENED)
        payload = {"selection_id": str(its["selection_id"])} | more
        answer: dict[str, Any] = self.call(operation, payload, by or self.officer, now=now)
        return answer

    def appoint(self, its: Mapping[str, Any]) -> dict[str, Any]:
        members = [str(each.person_id) for each in self.jury]
        return self.do("appoint_jury", its, member_ids=members)

    def voting(self, **changes: Any) -> dict[str, Any]:
        """A selection that the jury may vote on."""
        its = self.open(**changes)
        self.appoint(its)
        self.do("shortlist_selection", its)
        return self.do("start_voting", its, voting_until=CLOSES.isoformat())

    def vote(
        self, its: Mapping[str, Any], member: Caller, *candidates: Any, now: datetime = OPENED
    ) -> dict[str, Any]:
        chosen = [str(each) for each in candidates]
        return self.do("cast_vote", its, member, candidate_ids=chosen, now=now)

    def decide(
        self, its: Mapping[str, Any], *winners: Any, by: Caller | None = None, **more: Any
    ) -> dict[str, Any]:
        chosen = [str(each) for each in winners]
        return self.do("decide_selection", its, by, winner_ids=chosen, **{"now": AFTER} | more)
