"""Many at once: nothing is overdrawn, nobody waits in a circle, and all adds up afterwards."""

from uuid import uuid4

import eventlet
from sqlalchemy import text

from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import Hold, HoldState, Overdrawn, TransferKind
from tests.integration.ledger.conftest import CONNECTIONS, DISTRICT, NOW, Books


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
                storage.post(session, move, NOW)
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
                storage.post(session, move, NOW)

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


def test_a_hold_and_its_release_that_cross_leave_nothing_in_escrow(books: Books):
    with books.begin() as session:
        books.fund(session, ELDER, 10_000, Provenance.EARNED)
    requests = [uuid4() for _ in range(WORKERS)]

    def place(request_id):
        with books.begin() as session:
            shares = dict.fromkeys(Provenance, 0) | {Provenance.EARNED: 60}
            hold = Hold(uuid4(), request_id, ELDER, DISTRICT, shares)
            storage.lock_balances(session, domain.wallets(ELDER).values())
            if storage.add_hold(session, hold):
                storage.open_accounts(session, [domain.escrow(request_id)])
                storage.post(session, domain.hold_transfer(hold, 1), NOW)

    def release(request_id):
        with books.begin() as session:
            ahead = domain.release_ahead(uuid4(), request_id, ELDER, DISTRICT)
            if storage.add_hold(session, ahead):
                return
            settlement = domain.decide_release(storage.lock_hold(session, request_id))
            if settlement:
                storage.post(session, settlement.release, NOW)
                storage.settle_hold(session, settlement.hold)

    def cross(number):
        [place, release, release][number % 3](requests[number // 3])

    at_once(cross, len(requests) * 3)
    with books.begin() as session:
        states = {storage.find_hold(session, request_id).state for request_id in requests}
    assert states == {HoldState.RELEASED}
    assert balance(books, domain.wallet(ELDER, Provenance.EARNED)) == 10_000
    assert total(books) == 0
