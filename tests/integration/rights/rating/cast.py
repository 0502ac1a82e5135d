"""Who stands before rating: the elder, their children, the volunteer, the staff."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.contract import ConsentGiven, Role, Scope
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.rating.storage import PowerRow
from tests.integration.conftest import Running
from tests.integration.rating.conftest import CLERK, SOON, STREET, Rating, Visit
from tests.integration.rights.stages import Scene


def staff(role: Role, area: str) -> Caller:
    return Caller(uuid4(), (RoleIn(role, area),))


class Cast(Rating):
    """One elder and one volunteer throughout; each scene is a visit of its own."""

    def __init__(self, running: Running):
        super().__init__(running)
        self.elder, self.volunteer = Caller(uuid4()), Caller(uuid4())
        self.relative, self.agent = Caller(uuid4()), Caller(uuid4())
        self.consent(self.elder, self.agent, *Scope)

    def consent(self, person: Caller, agent: Caller, *scopes: Scope) -> None:
        consent_id = uuid4()
        self.publish(
            ConsentGiven,
            district=STREET[:6],
            consent_id=consent_id,
            elder_id=person.person_id,
            agent_id=agent.person_id,
            scopes=list(scopes),
            until=SOON + timedelta(days=3650),
            given_by=person.person_id,
        )
        self.eventually(lambda: self.has_power(consent_id))

    def has_power(self, consent_id: UUID) -> bool:
        with self.session() as session:
            return session.get(PowerRow, consent_id) is not None

    def visited(self, volunteer: Caller | None = None) -> str:
        """A completed visit to the elder."""
        visit = Visit(uuid4(), self.elder, volunteer or self.volunteer)
        self.tell_visit(visit)
        self.eventually(lambda: self.knows(visit.visit_id))
        return str(visit.visit_id)

    def rated(self, **said: Any) -> str:
        """A visit that the elder has rated."""
        visit_id = self.visited()
        self.call("rate_visit", {"visit_id": visit_id, "stars": 4, **said}, self.elder, now=SOON)
        return visit_id

    def scene(self, truth: dict[str, Any] | None = None, **payload: Any) -> Scene:
        people = {"elder": self.elder, "relative": self.relative, "agent": self.agent}
        people["volunteer"] = self.volunteer
        return Scene(payload, SOON, people, truth or {})


def staff_of(cast: Cast) -> dict[str, Caller]:
    return {
        "resident": Caller(uuid4()),
        "clerk": CLERK,
        "clerk elsewhere": staff(Role.AGENCY_CLERK, "110105002"),
        "district": staff(Role.DISTRICT_OFFICER, STREET[:6]),
        "district elsewhere": staff(Role.DISTRICT_OFFICER, "110101"),
        "city": staff(Role.CITY_OFFICER, CITY_AREA),
        "operator": staff(Role.OPERATOR, CITY_AREA),
    }
