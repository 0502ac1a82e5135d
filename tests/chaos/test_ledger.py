"""The ledger under fire: hot accounts, two replicas, deaths at any moment, a database restart."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from sqlalchemy import Engine, text

from services.identity.contract import Relation, Role
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import CITY_AREA, DeadlineExceeded, Error, Unavailable
from services.kernel.database import make_engine
from services.kernel.rpc import RpcClient
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import InsufficientCoins, Provenance
from services.ledger.domain import Correct, Kinship, TopUp
from services.ledger.journal import Journal, Submission
from tests.chaos.conftest import kill_hard
from tests.conftest import ROOT


CLIENTS, GIFTS = 16, 12
HOT_GIVERS = 3
COINS_EACH = 400
KILLS = 5
DISTRICT, STREET = "110105", "110105001"
AWAY = (Unavailable, DeadlineExceeded)
CITY = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))


@pytest.fixture
def engine(platform: Any) -> Iterator[Engine]:
    engine = make_engine(platform.database_url("ledger"), connections=CLIENTS)
    yield engine
    engine.dispose()


@pytest.fixture
def replica(platform: Any) -> Iterator[Any]:
    """Starts a second ledger beside the first; a dead one is started anew."""
    environment = os.environ | platform.base_environment()
    environment |= {"TIMEBANK_DATABASE_URL": platform.database_url("ledger")}
    command = [sys.executable, "-m", "services.kernel", "service", "ledger"]
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                command,
                env=environment,
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.STDOUT,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def do(engine: Engine, command: Any, caller: Caller) -> None:
    call = Call(datetime.now(UTC), caller, key=str(uuid4()))
    (answer,) = Journal(engine.begin).post([Submission(command, call)])
    assert isinstance(answer, dict) and "result" in answer, answer


def family(engine: Engine) -> tuple[list[UUID], UUID]:
    """Some grandchildren with earned coins, and the one grandmother they all give to."""
    givers, grandmother = [uuid4() for _ in range(HOT_GIVERS)], uuid4()
    with engine.begin() as session:
        for person in (*givers, grandmother):
            born = date(1940, 1, 1) if person == grandmother else date(1990, 1, 1)
            storage.save_person(session, person, "王芳", born, STREET, 1)
            storage.open_accounts(session, domain.wallets(person).values())
        for giver in givers:
            storage.save_kinship(
                session, uuid4(), Kinship(giver, grandmother, Relation.GRANDPARENT)
            )
    do(engine, TopUp(uuid4(), CITY, DISTRICT, HOT_GIVERS * COINS_EACH, "budget"), CITY)
    for giver in givers:
        do(engine, Correct(uuid4(), OFFICER, giver, COINS_EACH, "record put right"), OFFICER)
    return givers, grandmother


def give(client: RpcClient, giver: UUID, receiver: UUID, minutes: int) -> int:
    """Ask again with the same key until there is an answer; the minutes that were given."""
    payload = {"receiver_id": receiver, "minutes": minutes}
    key = str(uuid4())
    while True:
        try:
            client.call("ledger", "gift_coins", payload, Caller(giver), key, deadline_seconds=3)
        except AWAY:
            eventlet.sleep(0.1)
        except InsufficientCoins:
            return 0
        else:
            return minutes


def test_every_accepted_gift_is_posted_once_whatever_dies(
    own_broker: Any, platform: Any, engine: Engine, replica: Any, rpc_client: RpcClient
) -> None:
    givers, grandmother = family(engine)
    second = replica()
    given: dict[UUID, int] = dict.fromkeys(givers, 0)
    accepted: list[int] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        for _ in range(GIFTS):
            giver = chance.choice(givers)
            minutes = give(rpc_client, giver, grandmother, chance.randint(1, 12))
            given[giver] += minutes
            accepted.extend([minutes] if minutes else [])

    pool = eventlet.GreenPool(CLIENTS)
    workers = [pool.spawn(work, number) for number in range(CLIENTS)]
    chance = random.Random(7)
    for number in range(KILLS):
        eventlet.sleep(chance.uniform(0.5, 2.0))
        if number == KILLS // 2:
            platform.stop_process("postgres")
            platform.start_process("postgres")
        elif number % 2:
            second.kill()
            second.wait()
            second = replica()
        else:
            kill_hard(platform.process_pid("ledger"))
    for worker in workers:
        worker.wait()
    check(engine, givers, grandmother, given, accepted)
    platform.wait_ready()


def check(
    engine: Engine,
    givers: list[UUID],
    grandmother: UUID,
    given: dict[UUID, int],
    accepted: list[int],
) -> None:
    with engine.connect() as session:
        for giver in givers:
            earned = storage.balance_of(session, domain.wallet(giver, Provenance.EARNED))
            assert earned == COINS_EACH - given[giver]
        gifted = domain.wallet(grandmother, Provenance.GIFTED)
        assert storage.balance_of(session, gifted) == sum(given.values())
        query = text("select count(*) from entries where account_id = :account")
        assert session.scalar(query, {"account": gifted.account_id}) == len(accepted)
    verdict = audit(engine)
    assert verdict.is_clean, verdict.difference


def test_opposite_commands_of_two_replicas_all_get_an_answer(
    platform: Any, engine: Engine, replica: Any, rpc_client: RpcClient
) -> None:
    """Budgets in circles: every transfer locks two accounts that another wants the other way."""
    replica()
    districts = ["110101", "110102", "110105"]
    for district in districts:
        do(engine, TopUp(uuid4(), CITY, district, 10_000, "budget"), CITY)
    with engine.connect() as session:
        before = sum(storage.balance_of(session, domain.budget(each)) or 0 for each in districts)

    def shift(number: int) -> bool:
        giver, receiver = random.Random(number).sample(districts, 2)
        moves = [{"from_district": giver, "to_district": receiver, "minutes": number + 1}]
        payload = {"transfers": moves, "reason": "in circles"}
        key = str(uuid4())
        for _ in range(20):
            try:
                rpc_client.call("ledger", "transfer_budgets", payload, CITY, key)
            except AWAY:
                continue
            except Error:
                return False
            return True
        return False

    answers = list(eventlet.GreenPool(CLIENTS).imap(shift, range(CLIENTS * 4)))
    assert all(answers)
    with engine.connect() as session:
        after = sum(storage.balance_of(session, domain.budget(each)) or 0 for each in districts)
        deadlocks = text(
            "select deadlocks from pg_stat_database where datname = current_database()"
        )
        assert session.scalar(deadlocks) == 0
    assert after == before
    assert audit(engine).is_clean
