"""Many at once: nothing is overdrawn, nobody waits in a circle, and all adds up afterwards."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import eventlet
from sqlalchemy import text

from services.kernel.caller import Call
from services.kernel.policy import save_policy
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import HoldState, Overdrawn, PlaceHold, ReleaseHold, TransferKind
from services.ledger.journal import Journal, Submission
from tests.integration.ledger.conftest import (
    BORN_ELDER,
    CONNECTIONS,
    DISTRICT,
    NOW,
    STREET,
    Books,
    post,
)


WORKERS = 16
ROUNDS = 15
ELDER, OTHER = uuid4(), uuid4()


def at_once(work, times):
    """The results of ``work(number)``, all running at once; an exception is raised here."""
    pool = eventlet.GreenPool(CONNECTIONS)
    return list(pool.imap(work, range(times)))


def total(books: Books) -> int:
    with books.begin() as session:
        sums, _ = storage.trial_balance(session)
    return sum(minutes for _, _, minutes in sums)


def balance(books: Books, account) -> int:
    with books.begin() as session:
        return storage.balance_of(session, account)


def test_sixteen_at_once_never_overdraw_one_wallet(books: Books):
    earned, gifted = (
        domain.wallet(ELDER, Provenance.EARNED),
        domain.wallet(OTHER, Provenance.GIFTED),
    )
    with books.begin() as session:
        books.fund(session, ELDER, 100, Provenance.EARNED)
        storage.open_accounts(session, [gifted])

    def spend(number):
        try:
            with books.begin() as session:
                move = domain.move(TransferKind.GIFT, uuid4(), out_of={earned: 7}, into={gifted: 7})
                post(session, move)
        except Overdrawn:
            return 0
        return 7

    spent = at_once(spend, WORKERS * 2)
    assert sum(spent) == 98
    assert (balance(books, earned), balance(books, gifted)) == (2, 98)
    assert total(books) == 0


def test_opposite_transfers_never_wait_in_a_circle(books: Books):
    with books.begin() as session:
        for person in (ELDER, OTHER):
            books.fund(session, person, 1000, Provenance.EARNED)
            books.fund(session, person, 1000, Provenance.GIFTED)
    mine = [domain.wallet(ELDER, part) for part in (Provenance.EARNED, Provenance.GIFTED)]
    theirs = [domain.wallet(OTHER, part) for part in (Provenance.EARNED, Provenance.GIFTED)]

    def exchange(number):
        giver, receiver = (mine, theirs) if number % 2 else (theirs, mine)
        for _ in range(ROUNDS):
            with books.begin() as session:
                move = domain.move(
                    TransferKind.GIFT,
                    uuid4(),
                    out_of=dict.fromkeys(giver, 3),
                    into=dict.fromkeys(receiver, 3),
                )
                post(session, move)

    at_once(exchange, WORKERS)
    with books.begin_as_admin() as session:
        assert (
            session.scalar(
                text("select deadlocks from pg_stat_database where datname = current_database()")
            )
            == 0
        )
    assert [balance(books, account) for account in mine + theirs] == [1000] * 4
    assert total(books) == 0


def test_a_hold_and_its_release_that_cross_leave_nothing_in_escrow(
    books: Books, policy_values: dict[str, Any]
):
    with books.begin() as session:
        books.fund(session, ELDER, 10_000, Provenance.EARNED)
        storage.save_person(session, ELDER, "王芳", BORN_ELDER, STREET, 1)
        save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
    requests = [uuid4() for _ in range(WORKERS)]

    journal = Journal(books.begin)
    call = Call(NOW)

    def cross(number):
        request_id = requests[number // 3]
        place = PlaceHold(uuid4(), request_id, ELDER, DISTRICT, 60)
        release = ReleaseHold(uuid4(), request_id, ELDER, DISTRICT)
        command = [place, release, release][number % 3]
        (answer,) = journal.post([Submission(command, call, handler="test", event_id=uuid4())])
        assert answer == {"result": {}}, getattr(answer, "__cause__", answer)

    at_once(cross, len(requests) * 3)
    with books.begin() as session:
        states = {storage.find_hold(session, request_id).state for request_id in requests}
    assert states == {HoldState.RELEASED}
    assert balance(books, domain.wallet(ELDER, Provenance.EARNED)) == 10_000
    assert total(books) == 0
