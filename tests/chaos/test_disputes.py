"""Disputes under fire: the ledger dies while coins are set aside, and before they are settled."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from kombu import Connection
from sqlalchemy import Engine, text

from services.identity.contract import Role
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import CITY_AREA, Event
from services.kernel.database import make_engine
from services.kernel.outbox import envelope
from services.kernel.topology import event_queue_name
from services.kernel.waiting import poll
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import Provenance
from services.ledger.domain import Correct, TopUp
from services.ledger.journal import Journal, Submission
from services.matching.contract import Category, RequestSubmitted, VisitCompleted
from services.rating.contract import Claim, DisputeClosed, DisputeOpened, Ending, Outcome, Side
from tests.chaos.conftest import kill_hard


VISITS, PAID, RETURNED, CORRECTED = 30, 60, 25, 5
KILLS, WAIT_SECONDS = 3, 90
DISTRICT, STREET = "110105", "110105001"
CITY = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
Told = tuple[type[Event], dict[str, Any]]


@pytest.fixture
def engine(platform: Any) -> Iterator[Engine]:
    engine = make_engine(platform.database_url("ledger"), connections=4)
    yield engine
    engine.dispose()


class Visit:
    """An elder with coins, a volunteer, and all that is told of their visit and its dispute."""

    def __init__(self, engine: Engine):
        self.elder, self.volunteer, self.dispute = uuid4(), uuid4(), uuid4()
        self.request = {"district": DISTRICT, "request_id": uuid4(), "elder_id": self.elder}
        self.about = self.request | {"visit_id": uuid4(), "volunteer_id": self.volunteer}
        with engine.begin() as session:
            for person, born in ((self.elder, 1940), (self.volunteer, 1990)):
                storage.save_person(session, person, "王芳", date(born, 1, 1), STREET, 1)
                storage.open_accounts(session, domain.wallets(person).values())
        do(engine, Correct(uuid4(), OFFICER, self.elder, PAID, "record put right"), OFFICER)

    def told(self) -> list[Told]:
        """Of the request, the visit and the dispute."""
        now = datetime.now(UTC)
        submitted = {
            "submitted_by": self.elder,
            "category": Category.ACCOMPANYING,
            "minutes": PAID,
            "starts_at": now,
            "ends_at": now,
            "street": STREET,
        }
        completed = {
            "booking_id": uuid4(),
            "started_at": now,
            "ended_at": now,
            "minutes": PAID,
            "policy_version": 1,
            "street": STREET,
            "explanation": [],
        }
        opened = {
            "dispute_id": self.dispute,
            "opened_by": self.elder,
            "side": Side.ELDER,
            "claim": Claim.TOO_MUCH,
            "freezes": True,
            "street": STREET,
            "opened_at": now,
        }
        return [
            (RequestSubmitted, self.request | submitted),
            (VisitCompleted, self.about | completed),
            (DisputeOpened, self.about | opened),
        ]

    def closed(self) -> Told:
        decided = {
            "dispute_id": self.dispute,
            "outcome": Outcome.PARTIAL,
            "returned_minutes": RETURNED,
            "corrected_minutes": CORRECTED,
            "decided_by": uuid4(),
            "reason": Ending.DECIDED.value,
            "closed_at": datetime.now(UTC),
        }
        return DisputeClosed, self.about | decided


def do(engine: Engine, command: Any, caller: Caller) -> None:
    call = Call(datetime.now(UTC), caller, key=str(uuid4()))
    (answer,) = Journal(engine.begin).post([Submission(command, call)])
    assert isinstance(answer, dict) and "result" in answer, answer


def tell(uri: str, told: list[Told]) -> None:
    """Into the ledger's own queues, each twice as brokers may, in any order."""
    wrapped = [(event, envelope(event, facts, datetime.now(UTC))) for event, facts in told] * 2
    random.Random(7).shuffle(wrapped)
    with Connection(uri) as connection:
        producer = connection.Producer()
        for sequence, (event, each) in enumerate(wrapped, 1):
            producer.publish(
                json.dumps(each | {"sequence": sequence}).encode(),
                routing_key=event_queue_name("ledger", event),
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
            )


def in_state(engine: Engine, state: str, disputes: list[UUID]) -> int:
    query = text("select count(*) from disputes where state = :state and dispute_id = any(:ids)")
    with engine.connect() as session:
        return int(session.scalar(query, {"state": state, "ids": disputes}) or 0)


def has(engine: Engine, account: domain.Account) -> int:
    with engine.connect() as session:
        return storage.balance_of(session, account) or 0


def test_every_dispute_freezes_and_settles_once_whenever_the_ledger_dies(
    own_broker: Any, platform: Any, engine: Engine
) -> None:
    do(engine, TopUp(uuid4(), CITY, DISTRICT, VISITS * (PAID + CORRECTED), "budget"), CITY)
    visits = [Visit(engine) for _ in range(VISITS)]
    disputes = [visit.dispute for visit in visits]
    budget = has(engine, domain.budget(DISTRICT))
    chance = random.Random(11)

    def die() -> None:
        for _ in range(KILLS):
            eventlet.sleep(chance.uniform(0.1, 1.5))
            if pid := platform.process_pid("ledger"):
                kill_hard(pid)

    def all_are(state: str) -> bool:
        return in_state(engine, state, disputes) == VISITS

    tell(platform.amqp_uri, [each for visit in visits for each in visit.told()])
    die()
    assert poll(lambda: all_are("frozen"), WAIT_SECONDS)
    for visit in visits:
        assert has(engine, domain.dispute_account(visit.dispute)) == PAID
    kill_hard(platform.process_pid("ledger"))
    tell(platform.amqp_uri, [visit.closed() for visit in visits])
    die()
    assert poll(lambda: all_are("settled"), WAIT_SECONDS)
    for visit in visits:
        earned = has(engine, domain.wallet(visit.volunteer, Provenance.EARNED))
        assert earned == PAID - RETURNED + CORRECTED
        assert has(engine, domain.wallet(visit.elder, Provenance.EARNED)) == RETURNED
        assert has(engine, domain.dispute_account(visit.dispute)) == 0
    assert has(engine, domain.budget(DISTRICT)) == budget - VISITS * CORRECTED
    verdict = audit(engine)
    assert verdict.is_clean, verdict.difference
    platform.wait_ready()
