"""Who stands before rewards: the holder, their children, the agencies, the officers."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.contract import ConsentGiven, Relation, Role, Scope
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.ledger import domain, storage
from tests.integration.conftest import Running
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    STREET,
    Ledger,
    post,
)
from tests.integration.rights.stages import Scene


PLENTY = 1_000_000
ELSEWHERE = "110105002"


class Cast(Ledger):
    """One holder with plenty of points throughout; each scene is an exchange of its own."""

    def __init__(self, running: Running):
        super().__init__(running)
        # The timer lapses by the real time what is long overdue.
        self.now = datetime.now(UTC)
        self.elder, self.relative = self.verify(), self.verify(BORN_ADULT)
        self.confirm_kinship(self.relative, self.elder, Relation.PARENT)
        self.agent = Caller(uuid4())
        self.let_agent_see()
        self.award(self.elder)
        for code, district in (("towel", DISTRICT), ("soap", "110101"), ("rice", CITY_AREA)):
            self.call("add_reward", self.reward(code, district), CITY_OFFICER)

    def let_agent_see(self) -> None:
        self.publish(
            ConsentGiven,
            district=DISTRICT,
            consent_id=uuid4(),
            elder_id=self.elder.person_id,
            agent_id=self.agent.person_id,
            scopes=list(Scope),
            until=self.now + timedelta(days=365),
            given_by=self.elder.person_id,
        )
        self.eventually(self.agent_sees)

    def agent_sees(self) -> bool:
        assert self.elder.person_id
        with self.running.session() as session:
            return bool(storage.powers_over(session, self.elder.person_id, self.agent.person_id))

    def award(self, person: Caller) -> None:
        assert person.person_id
        transfer = domain.move(
            domain.TransferKind.POINTS_AWARD,
            uuid4(),
            out_of={domain.points_issuance(): PLENTY},
            into={domain.points(person.person_id): PLENTY},
        )
        with self.running.session() as session:
            post(session, transfer)

    def reward(self, code: str, district: str = DISTRICT) -> dict[str, Any]:
        words = {"name_zh": "毛巾", "name_en": "Towel"}
        return {"code": code, "district": district, "points": 1, "stock": 1000, **words}

    def exchanged(self, caller: Caller | None = None, **more: Any) -> str:
        """The id of an exchange of the elder's that waits."""
        payload = {"person_id": self.elder.person_id, "code": "towel", **more}
        made = self.call("exchange_points", payload, caller or self.elder, now=self.now)
        return str(made["exchange_id"])

    def code(self, exchange_id: str, holder: Caller | None = None) -> str:
        payload = {"exchange_id": exchange_id}
        shown = self.call("show_exchange", payload, holder or self.elder, now=self.now)
        return str(shown["pickup_code"])

    def handed_over(self, **more: Any) -> str:
        exchange_id = self.exchanged(**more)
        payload = {"exchange_id": exchange_id, "pickup_code": self.code(exchange_id)}
        self.call("hand_over_reward", payload, DISTRICT_OFFICER, now=self.now)
        return exchange_id

    def known_clerk(self) -> None:
        """The clerk lives in the street and has points of their own."""
        assert CLERK.person_id
        if not self.knows(CLERK.person_id):
            with self.running.session() as session:
                storage.save_person(session, CLERK.person_id, "王芳", BORN_ADULT, STREET, 1)
            self.award(CLERK)

    def scene(self, truth: dict[str, Any] | None = None, **payload: Any) -> Scene:
        people = {"elder": self.elder, "relative": self.relative, "agent": self.agent}
        return Scene(payload, self.now, people, truth or {})


def staff(role: Role, area: str, person_id: UUID | None = None) -> Caller:
    return Caller(person_id or uuid4(), (RoleIn(role, area),))


def staff_of(cast: Cast) -> dict[str, Caller]:
    return {
        "resident": Caller(uuid4()),
        "clerk": CLERK,
        "clerk elsewhere": staff(Role.AGENCY_CLERK, ELSEWHERE),
        "district": DISTRICT_OFFICER,
        "district elsewhere": staff(Role.DISTRICT_OFFICER, "110101"),
        "city": CITY_OFFICER,
        "operator": staff(Role.OPERATOR, CITY_AREA),
    }
