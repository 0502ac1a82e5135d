"""The ledger's database as its own login sees it, and the running ledger with people in it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from eventlet import GreenPool
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from services.identity.contract import (
    GroupEnding,
    KinshipConfirmed,
    PersonVerified,
    Relation,
    Role,
    SpecialGroup,
    SpecialGroupApproved,
    SpecialGroupEnded,
)
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.kernel.database import make_engine
from services.kernel.policy import save_policy
from services.kernel.tables import inbox
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.journal import Journal, Submission
from services.matching.contract import Category, RequestSubmitted, VisitCompleted
from tests.integration.conftest import Running, Templates


DISTRICT, STREET = "110105", "110105001"
BORN_ELDER, BORN_ADULT = date(1940, 1, 1), date(1990, 1, 1)
CITY_OFFICER = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
DISTRICT_OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
CLERK = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, STREET),))
CONNECTIONS = 20
NOW = datetime(2026, 6, 1, 2, tzinfo=UTC)


def post(session: Session, *transfers: domain.Transfer) -> None:
    """Post transfers as one block, whatever the rules of any command would say to them."""
    balances = storage.lock_balances(session, domain.accounts_of(transfers))
    postings = domain.Books(balances=balances).apply(domain.Outcome(transfers), NOW)
    storage.post(session, postings, balances, NOW)


@dataclass
class Books:
    """The ledger's database: transactions as the service's login and as the administrator."""

    begin: Callable[..., Any]
    begin_as_admin: Callable[..., Any]
    hold: Any = None

    def admit(self, session: Session, person_id: UUID, policy_values: dict[str, Any]) -> None:
        """Let commands find a person, and the policy."""
        save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
        storage.save_person(session, person_id, "王芳", BORN_ADULT, STREET, 1)

    def fund(self, session: Session, person_id: UUID, minutes: int, part: Provenance) -> None:
        """Bring coins of a provenance into a wallet, from issuance."""
        storage.open_accounts(session, domain.wallets(person_id).values())
        transfer = domain.move(
            domain.TransferKind.BUDGET_TOP_UP,
            uuid4(),
            out_of={domain.issuance(): minutes},
            into={domain.wallet(person_id, part): minutes},
        )
        post(session, transfer)


@pytest.fixture
def books(templates: Templates) -> Iterator[Books]:
    with templates.database("ledger") as (url, admin_url):
        engine, admin_engine = make_engine(url, CONNECTIONS), create_engine(admin_url)
        yield Books(sessionmaker(engine).begin, sessionmaker(admin_engine).begin)
        engine.dispose()
        admin_engine.dispose()


def posted_at_once(books: Books, commands: Sequence[domain.Command]) -> list[Any]:
    """What came of each, posted at once as by so many processes: its answer, or refusal's code."""

    def post_one(command: domain.Command) -> Any:
        call = Call(NOW, CITY_OFFICER, key=str(uuid4()))
        (answer,) = Journal(books.begin).post([Submission(command, call)])
        if isinstance(answer, Exception):
            return type(answer).__name__
        return answer["error"]["code"] if "error" in answer else answer["result"]

    return list(GreenPool(CONNECTIONS).imap(post_one, commands))


class Ledger:
    """The running ledger, and the small stories that its tests begin with."""

    def __init__(self, running: Running):
        self.running = running
        self.call, self.recorded = running.call, running.recorded
        self.publish, self.eventually = running.publish, running.eventually

    def verify(self, born: date = BORN_ELDER, street: str = STREET) -> Caller:
        person = Caller(uuid4())
        self.publish(
            PersonVerified,
            district=street[:6],
            person_id=person.person_id,
            name="王芳",
            birth_date=born,
            street=street,
            home={"latitude": 39.92, "longitude": 116.44},
            willing_and_healthy=True,
            guardian_id=None,
            verified_by=uuid4(),
        )
        self.eventually(lambda: self.knows(person.person_id))
        return person

    def knows(self, person_id: UUID | None) -> bool:
        assert person_id
        with self.running.session() as session:
            return storage.find_person(session, person_id) is not None

    def special(self, person: Caller) -> None:
        self.publish(
            SpecialGroupApproved,
            district=DISTRICT,
            person_id=person.person_id,
            group=SpecialGroup.DEMENTIA,
            approved_by=uuid4(),
        )
        assert person.person_id
        self.eventually(lambda: self.is_special(person.person_id))

    def no_longer_special(self, person: Caller) -> None:
        """The membership that ``special`` told of without an id ends."""
        assert person.person_id
        self.publish(
            SpecialGroupEnded,
            district=DISTRICT,
            membership_id=uuid5(person.person_id, SpecialGroup.DEMENTIA),
            person_id=person.person_id,
            group=SpecialGroup.DEMENTIA,
            ending=GroupEnding.RECHECK_MISSED,
            ended_on=date(2026, 6, 1),
            ended_by=None,
        )
        self.eventually(lambda: not self.is_special(person.person_id))

    def is_special(self, person_id: UUID | None) -> bool:
        assert person_id
        with self.running.session() as session:
            found = storage.find_person(session, person_id)
        return bool(found and found.groups)

    def confirm_kinship(self, person: Caller, relative: Caller, relation: Relation) -> None:
        self.publish(
            KinshipConfirmed,
            district=DISTRICT,
            kinship_id=uuid4(),
            person_id=person.person_id,
            relative_id=relative.person_id,
            relation=relation,
            confirmed_by=uuid4(),
        )
        self.eventually(lambda: self.has_kin(person.person_id))

    def has_kin(self, person_id: UUID | None) -> bool:
        assert person_id
        with self.running.session() as session:
            return bool(storage.find_kin(session, [person_id])[person_id].kinships)

    def count_kin(self, person: Caller) -> int:
        assert person.person_id
        with self.running.session() as session:
            return len(storage.find_kin(session, [person.person_id])[person.person_id].kinships)

    def street_of(self, person: Caller) -> str | None:
        assert person.person_id
        with self.running.session() as session:
            found = storage.find_person(session, person.person_id)
        return found and found.street

    def is_handled(self, event_id: str) -> bool:
        with self.running.session() as session:
            query = select(inbox.c.event_id).where(inbox.c.event_id == UUID(event_id))
            return session.scalar(query) is not None

    def top_up(self, minutes: int, district: str = DISTRICT) -> dict[str, Any]:
        payload = {"district": district, "minutes": minutes, "reason": "2026 budget"}
        return self.call("top_up_budget", payload, CITY_OFFICER)

    def grant(self, person: Caller, minutes: int, by: Caller = DISTRICT_OFFICER, **options: Any):
        payload = {"person_id": person.person_id, "minutes": minutes, "reason": "dementia"}
        return self.call("grant_coins", payload, by, **options)

    def granted_elder(self, minutes: int) -> Caller:
        """A verified elder of a special group, with granted coins."""
        elder = self.verify()
        self.special(elder)
        self.top_up(minutes)
        self.grant(elder, minutes)
        return elder

    def request(self, elder: Caller, minutes: int, request_id: UUID | None = None, **options: Any):
        programme_id = options.pop("programme_id", None)
        facts = {
            "district": DISTRICT,
            "request_id": request_id or uuid4(),
            "elder_id": elder.person_id,
            "submitted_by": elder.person_id,
            "category": Category.ACCOMPANYING,
            "minutes": minutes,
            "starts_at": NOW,
            "ends_at": NOW,
            "street": STREET,
            "programme_id": programme_id,
        }
        self.publish(RequestSubmitted, **options, **facts)
        return {name: facts[name] for name in ("district", "request_id", "elder_id")}

    def held(self, elder: Caller, minutes: int) -> dict[str, Any]:
        """A request whose coins are held."""
        request = self.request(elder, minutes)
        self.eventually(lambda: self.hold(request, elder))
        return request

    def hold(self, request: dict[str, Any], elder: Caller) -> dict[str, Any] | None:
        with self.running.session() as session:
            found = storage.find_hold(session, request["request_id"])
        return found and {"state": str(found.state), "minutes": found.minutes}

    def visit(self, request: dict[str, Any], volunteer: Caller, minutes: int, **options: Any):
        facts = {
            "visit_id": options.pop("visit_id", None) or uuid4(),
            "booking_id": uuid4(),
            "volunteer_id": volunteer.person_id,
            "started_at": NOW,
            "ended_at": NOW,
            "minutes": minutes,
            "policy_version": 1,
            "street": STREET,
            "explanation": [],
        }
        return self.publish(VisitCompleted, **options, **request, **facts)

    def earn(self, volunteer: Caller, minutes: int) -> None:
        """Let a volunteer earn coins by a visit to somebody."""
        elder = self.granted_elder(minutes)
        self.visit(self.held(elder, minutes), volunteer, minutes)
        self.eventually(lambda: self.wallet(volunteer)["earned_minutes"] >= minutes)

    def wallet(self, person: Caller) -> dict[str, Any]:
        return self.call("show_wallet", {"person_id": person.person_id}, person, key=None)

    def trial_balance(self) -> dict[str, Any]:
        return self.call("show_trial_balance", {}, CITY_OFFICER, key=None)


@pytest.fixture
def ledger(running: Callable[..., Running]) -> Ledger:
    return Ledger(running("ledger", workers=20))
