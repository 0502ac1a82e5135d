"""The database itself refuses what must never happen, whoever writes to it, in plain SQL."""

from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kernel.tables import metadata as kernel_tables
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import Hold, HoldState
from tests.integration.ledger.conftest import DISTRICT, NOW, Books


ELDER, VOLUNTEER = uuid4(), uuid4()
EARNED = domain.wallet(ELDER, Provenance.EARNED)


def refused(begin, statements, saying, **parameters):
    """Run the statements in one transaction; it must fail, and with these words."""
    with pytest.raises(DBAPIError) as caught, begin() as session:
        for statement in statements.split(";"):
            session.execute(text(statement), parameters)
    assert saying in str(caught.value.orig)


def test_the_migrations_make_what_the_tables_say(books: Books):
    with books.begin_as_admin() as session:
        context = MigrationContext.configure(session.connection())
        found = compare_metadata(context, storage.Base.metadata)
    kernels = {*kernel_tables.tables, "alembic_version"}
    strange = [each for each in found if not is_about(each, kernels)]
    assert strange == []


def is_about(difference, tables):
    """Whether a difference is a table, or an index of one, that the ledger does not describe."""
    operation, subject = difference[0], difference[1]
    if operation == "remove_table":
        return subject.name in tables
    return operation == "remove_index" and subject.table.name in tables


@pytest.fixture
def funded(books: Books) -> Books:
    """An elder with 120 earned minutes, 60 of which are held; a volunteer with a wallet."""
    with books.begin() as session:
        books.fund(session, ELDER, 120, Provenance.EARNED)
        storage.open_accounts(session, domain.wallets(VOLUNTEER).values())
        hold = Hold(uuid4(), uuid4(), ELDER, DISTRICT, dict.fromkeys(Provenance, 0))
        hold.shares[Provenance.EARNED] = 60
        storage.add_hold(session, hold)
        storage.open_accounts(session, [domain.escrow(hold.request_id)])
        storage.post(session, domain.hold_transfer(hold, 1), NOW)
        books.hold = hold
    return books


TRANSFER = """insert into transfers (transfer_id, kind, at, reference)
    values (:transfer, 'gift', now(), :transfer)"""
ENTRY = "insert into entries (transfer_id, account_id, amount, balance_after) values "


@pytest.mark.parametrize("login", ["begin", "begin_as_admin"])
def test_a_transfer_that_does_not_balance_is_refused_at_commit(funded, login):
    refused(
        getattr(funded, login),
        f"{TRANSFER}; {ENTRY} (:transfer, :elder, -10, 50), (:transfer, :volunteer, 11, 11);"
        "update accounts set balance = 50 where account_id = :elder;"
        "update accounts set balance = 11 where account_id = :volunteer",
        "does not balance",
        transfer=uuid4(),
        elder=EARNED.account_id,
        volunteer=domain.wallet(VOLUNTEER, Provenance.EARNED).account_id,
    )


def test_a_balanced_transfer_of_the_same_shape_is_accepted(funded):
    with funded.begin() as session:
        parameters = {
            "transfer": uuid4(),
            "elder": EARNED.account_id,
            "volunteer": domain.wallet(VOLUNTEER, Provenance.EARNED).account_id,
        }
        for statement in (
            TRANSFER,
            f"{ENTRY} (:transfer, :elder, -10, 50), (:transfer, :volunteer, 10, 10)",
            "update accounts set balance = 50 where account_id = :elder",
            "update accounts set balance = 10 where account_id = :volunteer",
        ):
            session.execute(text(statement), parameters)


def test_a_transfer_without_entries_is_refused_at_commit(funded):
    refused(funded.begin, TRANSFER, "has no entries", transfer=uuid4())


def test_an_entry_added_to_a_posted_transfer_is_refused(funded):
    refused(
        funded.begin,
        f"{ENTRY} ((select transfer_id from transfers where kind = 'hold'), :account, 5, 5);"
        "update accounts set balance = 5 where account_id = :account",
        "does not balance",
        account=domain.wallet(VOLUNTEER, Provenance.EARNED).account_id,
    )


def test_a_balance_that_its_entries_do_not_explain_is_refused(funded):
    refused(
        funded.begin,
        "update accounts set balance = balance + 600 where account_id = :account",
        "its entries say 60",
        account=EARNED.account_id,
    )


def test_an_account_that_opens_with_coins_is_refused(funded):
    refused(
        funded.begin,
        "insert into accounts (account_id, kind, district, balance)"
        " values (gen_random_uuid(), 'budget', '110101', 600)",
        "its entries say 0",
    )


def test_an_entry_that_skips_the_balance_before_it_is_refused(funded):
    refused(
        funded.begin,
        f"{TRANSFER}; {ENTRY} (:transfer, :elder, -10, 40), (:transfer, :volunteer, 10, 10);"
        "update accounts set balance = 40 where account_id = :elder;"
        "update accounts set balance = 10 where account_id = :volunteer",
        "does not continue the balance",
        transfer=uuid4(),
        elder=EARNED.account_id,
        volunteer=domain.wallet(VOLUNTEER, Provenance.EARNED).account_id,
    )


def test_entries_that_the_account_does_not_show_are_refused(funded):
    refused(
        funded.begin,
        f"{TRANSFER}; {ENTRY} (:transfer, :elder, -10, 50), (:transfer, :volunteer, 10, 10);"
        "update accounts set balance = 10 where account_id = :volunteer",
        "its entries say 50",
        transfer=uuid4(),
        elder=EARNED.account_id,
        volunteer=domain.wallet(VOLUNTEER, Provenance.EARNED).account_id,
    )


@pytest.mark.parametrize(
    "account",
    [EARNED, domain.wallet(VOLUNTEER, Provenance.GIFTED)],
    ids=["with coins", "empty"],
)
def test_a_wallet_below_zero_is_refused_at_once(funded, account):
    refused(
        funded.begin_as_admin,
        "update accounts set balance = -1 where account_id = :account",
        "accounts_floor",
        account=account.account_id,
    )


POSTED = [
    "update entries set amount = amount * 2",
    "delete from entries",
    "truncate entries",
    "update transfers set reason = 'nothing happened'",
    "delete from transfers where kind = 'hold'",
    "truncate transfers cascade",
    "delete from accounts",
    "truncate accounts cascade",
    "delete from holds",
    "truncate holds cascade",
]


@pytest.mark.parametrize("statement", POSTED)
def test_what_is_posted_is_never_changed_by_the_services_login(funded, statement):
    refused(funded.begin, statement, "permission denied")


@pytest.mark.parametrize("statement", POSTED)
def test_what_is_posted_is_never_changed_even_by_the_owner(funded, statement):
    refused(funded.begin_as_admin, statement, "never changed")


def test_a_hold_is_posted_once(funded):
    settlement = domain.decide_post(funded.hold, uuid4(), VOLUNTEER, 30, 1, tuple(Provenance))
    with funded.begin() as session:
        for transfer in settlement.transfers:
            storage.post(session, transfer, NOW)
        storage.settle_hold(session, settlement.hold)
    for kind in ("hold", "post", "release"):
        refused(
            funded.begin_as_admin,
            "insert into transfers (transfer_id, kind, at, reference, hold_id)"
            f" values (:id, '{kind}', now(), :id, :hold)",
            "transfers_once_per_hold",
            id=uuid4(),
            hold=funded.hold.hold_id,
        )


def test_a_settled_hold_stays_settled(funded):
    settlement = domain.decide_release(funded.hold)
    with funded.begin() as session:
        storage.post(session, settlement.release, NOW)
        storage.settle_hold(session, settlement.hold)
    refused(
        funded.begin_as_admin,
        "update holds set state = 'placed', released_minutes = 0 where hold_id = :hold",
        f"is {HoldState.RELEASED} already",
        hold=funded.hold.hold_id,
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("state = 'posted', posted_minutes = 61, released_minutes = 0", "holds_accounted_for"),
        ("state = 'posted', posted_minutes = 30, released_minutes = 0", "holds_accounted_for"),
        ("state = 'posted', posted_minutes = 70, released_minutes = -10", "holds_floor"),
        ("state = 'released', released_minutes = 59", "holds_accounted_for"),
        ("state = 'lost'", "holds_"),
    ],
)
def test_a_hold_that_does_not_add_up_is_refused(funded, change, rule):
    refused(
        funded.begin,
        f"update holds set visit_id = :visit, {change} where hold_id = :hold",
        rule,
        hold=funded.hold.hold_id,
        visit=uuid4(),
    )


def test_a_grant_is_posted_once(funded):
    transfer = domain.top_up(uuid4(), DISTRICT, 60, "budget", ELDER)
    with funded.begin() as session:
        storage.open_accounts(session, [domain.budget(DISTRICT)])
        storage.post(session, transfer, NOW)
    with pytest.raises(DBAPIError), funded.begin() as session:
        storage.post(session, transfer, NOW)
    refused(
        funded.begin,
        "insert into transfers (transfer_id, kind, at, reference)"
        " values (gen_random_uuid(), 'budget_top_up', now(), :reference)",
        "transfers_once",
        reference=transfer.reference,
    )


@pytest.mark.parametrize(
    "columns",
    [
        "provenance, district) select gen_random_uuid(), kind, owner_id, provenance, null",
        "provenance, district) select gen_random_uuid(), kind, owner_id, provenance, '110105'",
    ],
    ids=["second of its kind", "wallet with a district"],
)
def test_there_is_one_account_of_each_kind_owner_and_provenance(funded, columns):
    refused(
        funded.begin,
        f"insert into accounts (account_id, kind, owner_id, {columns}"
        " from accounts where account_id = :account",
        "accounts_",
        account=EARNED.account_id,
    )


def test_there_is_one_issuance(funded):
    refused(
        funded.begin,
        "insert into accounts (account_id, kind) values (gen_random_uuid(), 'issuance')",
        "accounts_once",
    )
