"""Who stands before matching: the people of the town, the elder's family, the staff."""

import itertools
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from sqlalchemy import delete

from services.identity.contract import ConsentEnd, ConsentGiven, ConsentRevoked, Role, Scope
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden
from services.matching.storage import StrikeRow
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, STREET, Town, person
from tests.integration.rights.stages import Scene


NOTE, PHONE = "the bell is broken", "13800000007"
CITY = "110000"


class Cast(Town):
    """The town with the elder's children and all the staff; each scene has a day of its own."""

    def __init__(self, matching: Running):
        super().__init__(matching)
        self.days = itertools.count(1)
        self.relative, self.agent, self.guardian = person(), person(), self.volunteer
        self.resident = self.other
        self.district = person(STREET, RoleIn(Role.DISTRICT_OFFICER, DISTRICT))
        self.district_elsewhere = person(STREET, RoleIn(Role.DISTRICT_OFFICER, "110101"))
        self.operator = person(STREET, RoleIn(Role.OPERATOR, CITY))
        for adult in (self.relative, self.agent, *staff_of(self).values()):
            if adult is not self.resident:
                self.verify(adult, date(1975, 3, 1))
        self.let_act(self.agent, self.elder)

    def let_act(self, agent: Caller, elder: Caller) -> dict[str, Any]:
        """The elder's consent to everything, for years; what a revocation would name."""
        facts = {
            "consent_id": uuid4(),
            "elder_id": elder.person_id,
            "agent_id": agent.person_id,
            "district": DISTRICT,
        }
        until = NOW + timedelta(days=3650)
        given = {"scopes": list(Scope), "until": until, "given_by": elder.person_id}
        self.matching.publish(ConsentGiven, **facts, **given)
        self.matching.eventually(lambda: self.acts(agent, elder))
        return facts

    def revoke(self, facts: dict[str, Any], agent: Caller, elder: Caller) -> None:
        end = {"reason": ConsentEnd.REVOKED, "revoked_by": elder.person_id}
        self.matching.publish(ConsentRevoked, **facts, **end)
        self.matching.eventually(lambda: not self.acts(agent, elder))

    def acts(self, agent: Caller, elder: Caller) -> bool:
        of_elder = {"elder_id": str(elder.person_id)}
        try:
            self.matching.call("list_requests", of_elder, agent)
        except Forbidden:
            return False
        return True

    @cached_property
    def class_of_elders(self) -> list[Caller]:
        """Three elders who learn something together."""
        elders = [person() for _ in range(3)]
        for elder in elders:
            self.verify(elder, date(1950, 3, 1))
        return elders

    @property
    def truth(self) -> dict[str, Any]:
        """Where every visit of the town takes place, and what the elder told of it."""
        return dict(self.wish()["place"]) | {"note": NOTE, "phone": PHONE}

    @property
    def told(self) -> dict[str, Any]:
        """The changes to a wish that tells all that there is to tell."""
        return {"note": NOTE, "place": self.wish()["place"] | {"phone": PHONE}}

    def morning(self) -> datetime:
        """A day on which nobody has anything to do yet."""
        return NOW + timedelta(days=next(self.days))

    def newcomer(self) -> Caller:
        """A volunteer of whom nothing is known yet."""
        newcomer = person()
        self.verify(newcomer, date(1990, 3, 1))
        return newcomer

    def accept(self, request_id: str, by: Caller | None = None, now: datetime = NOW) -> Any:
        """The volunteer's slate is clean in each scene: those of other scenes were never kept."""
        with self.matching.session() as session:
            strikes = delete(StrikeRow).where(StrikeRow.person_id == self.volunteer.person_id)
            session.execute(strikes)
        return super().accept(request_id, by, now)

    def scene(self, now: datetime, volunteer: Caller | None = None, **payload: Any) -> Scene:
        people = {"elder": self.elder, "relative": self.relative, "agent": self.agent}
        people |= {"volunteer": volunteer or self.volunteer, "guardian": self.guardian}
        return Scene(payload, now, people, self.truth)


def staff_of(cast: Cast) -> dict[str, Caller]:
    return {
        "resident": cast.resident,
        "clerk": cast.clerk,
        "clerk elsewhere": cast.clerk_elsewhere,
        "district": cast.district,
        "district elsewhere": cast.district_elsewhere,
        "city": cast.officer,
        "operator": cast.operator,
    }
