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
from tests.integration.ledger.conftest import DISTRICT, Books, post


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
        storage.save_holds(session, [hold])
        post(session, domain.hold_transfer(hold, 1))
        books.hold = hold
    return books


NEXT_BLOCK = """insert into blocks
    (height, previous_hash, merkle_root, hash, first_number, transfers, at)
    select height + 1, hash, sha256('root'), sha256(hash), first_number + transfers, 1, now()
    from blocks order by height desc limit 1"""
DIGEST = """encode(substring(sha256(convert_to(
    'gift' || chr(58) || :transfer, 'UTF8')) from 1 for 16), 'hex')::uuid"""
TRANSFER = f"""insert into transfers (number, transfer_id, kind, at, reference)
    select first_number, {DIGEST}, 'gift', now(), cast(:transfer as uuid) from block"""
ENTRIES = """insert into entries (account_id, transfer_number, amount, balance_after)
    select cast(side.account as uuid), first_number, amount, after from block, (values {}) side
    (account, amount, after)"""
BALANCES = """update accounts set balance = after from (values {}) side(account, amount, after)
    where account_id = cast(side.account as uuid)"""
GIVEN = "(:elder, -10, 50), (:volunteer, 10, 10)"


def block(sides: str = GIVEN, shown: str | None = None) -> str:
    """One statement that writes a block of one gift; ``shown`` are the accounts that follow."""
    return (
        f"with block as ({NEXT_BLOCK} returning first_number), gift as ({TRANSFER}),"
        f" sides as ({ENTRIES.format(sides)}) {BALANCES.format(shown or sides)}"
    )


@pytest.fixture
def names() -> dict[str, str]:
    volunteer = domain.wallet(VOLUNTEER, Provenance.EARNED)
    return {
        "transfer": str(uuid4()),
        "elder": EARNED.text_id,
        "volunteer": volunteer.text_id,
        "points": str(uuid4()),
    }


def test_a_balanced_block_of_this_shape_is_accepted(funded, names):
    with funded.begin() as session:
        session.execute(text(block()), names)
    with funded.begin() as session:
        assert storage.find_head(session).last_number == 3


@pytest.mark.parametrize("login", ["begin", "begin_as_admin"])
def test_a_transfer_that_does_not_balance_is_refused_at_once(funded, names, login):
    statement = block("(:elder, -10, 50), (:volunteer, 11, 11)")
    refused(getattr(funded, login), statement, "does not balance", **names)


def test_a_transfer_of_one_side_is_refused(funded, names):
    refused(funded.begin, block("(:elder, 0, 60)"), "entries_amount", **names)


def test_a_transfer_without_entries_is_refused(funded, names):
    statement = f"with block as ({NEXT_BLOCK} returning first_number) {TRANSFER}"
    refused(funded.begin, statement, "does not balance", **names)


def test_a_transfer_that_mixes_units_is_refused(funded, names):
    """Points are never exchanged for coins, not even one for one."""
    open_points = (
        "insert into accounts (account_id, kind, owner_id)"
        " values (cast(:points as uuid), 'points', cast(:points as uuid))"
    )
    statement = block("(:elder, -10, 50), (:points, 10, 10)")
    refused(funded.begin, f"{open_points}; {statement}", "does not balance", **names)


def test_a_transfer_outside_a_block_is_refused(funded, names):
    statement = TRANSFER.replace("from block", "from (select 3 as first_number) block")
    refused(funded.begin, statement, "not in a block of this transaction", **names)


def test_a_block_without_its_transfers_is_refused(funded, names):
    refused(funded.begin, NEXT_BLOCK, "has 0 transfers, not 1")


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("height + 1", "height + 2"),
        ("hash, sha256('root')", "sha256('other'), sha256('root')"),
        ("first_number + transfers, 1", "first_number + transfers + 1, 1"),
    ],
    ids=["height", "previous hash", "first number"],
)
def test_a_block_that_does_not_follow_the_last_is_refused(funded, names, wrong, right):
    statement = block().replace(wrong, right, 1)
    refused(funded.begin, statement, "does not follow the one before", **names)


def test_a_block_does_not_name_another_transaction_as_its_own(funded, names):
    statement = (
        block()
        .replace("transfers, at)", "transfers, at, transaction_id)", 1)
        .replace("1, now()", "1, now(), '3'::xid8", 1)
    )
    refused(funded.begin, statement, "does not follow the one before", **names)


def test_entries_added_to_a_posted_transfer_are_refused(funded, names):
    """Not even a balanced pair, and not even in a block that was made a moment ago."""
    pair = ENTRIES.format("(:other, -5, 5), (:volunteer, 5, 15)")
    later = pair.replace("from block", "from (select 2 as first_number) block")
    names["other"] = domain.wallet(ELDER, Provenance.GIFTED).text_id
    refused(funded.begin, later, "not in a block of this transaction", **names)
    same_transaction = pair.replace("from block", "from (select 3 as first_number) block")
    refused(funded.begin, f"{block()}; {same_transaction}", "entries_", **names)


def test_a_transfer_under_another_id_than_its_causes_is_refused(funded, names):
    statement = block().replace(DIGEST, "gen_random_uuid()", 1)
    refused(funded.begin, statement, "transfers_named_by_cause", **names)


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


def test_an_entry_that_skips_the_balance_before_it_is_refused(funded, names):
    statement = block("(:elder, -10, 40), (:volunteer, 10, 10)")
    refused(funded.begin, statement, "does not continue", **names)


def test_entries_that_the_account_does_not_show_are_refused(funded, names):
    statement = block(GIVEN, shown="(:volunteer, 10, 10)")
    refused(funded.begin, statement, "does not continue", **names)


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
    "update blocks set merkle_root = hash",
    "delete from blocks",
    "truncate blocks cascade",
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


def test_a_hold_is_posted_once(funded, names):
    settlement = domain.decide_post(funded.hold, uuid4(), VOLUNTEER, 30, 1, tuple(Provenance))
    with funded.begin() as session:
        storage.save_holds(session, [settlement.hold])
        post(session, *settlement.transfers)
    for kind in ("hold", "post", "release"):
        again = (
            block("(:elder, -10, 80), (:volunteer, 10, 40)")
            .replace("'gift'", f"'{kind}'")
            .replace("at, reference)", "at, reference, hold_id)")
            .replace("uuid) from block", "uuid), cast(:hold as uuid) from block", 1)
        )
        names["hold"] = str(funded.hold.hold_id)
        refused(funded.begin_as_admin, again, "transfers_once_per_hold", **names)


def test_a_settled_hold_stays_settled(funded):
    settlement = domain.decide_release(funded.hold)
    with funded.begin() as session:
        storage.save_holds(session, [settlement.hold])
        post(session, settlement.release)
    refused(
        funded.begin_as_admin,
        "update holds set state = 'placed', released_minutes = 0 where hold_id = :hold",
        f"is {HoldState.RELEASED} already",
        hold=funded.hold.hold_id,
    )


def test_a_transfer_is_reversed_once(funded, names):
    with funded.begin() as session:
        session.execute(text(block()), names)
    reversal = (
        block("(:elder, {}), (:volunteer, {})")
        .replace("'gift'", "'reversal'")
        .replace("at, reference)", "at, reference, reverses)")
        .replace("uuid) from block", "uuid), cast(:gift as uuid) from block", 1)
    )
    names["gift"], names["transfer"] = names["transfer"], str(uuid4())
    with funded.begin() as session:
        session.execute(text(reversal.format("10, 60", "-10, 0", "10, 60", "-10, 0")), names)
    names["transfer"] = str(uuid4())
    again = reversal.format("-5, 55", "5, 5", "-5, 55", "5, 5")
    refused(funded.begin, again, "transfers_reversed_once", **names)


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
        post(session, transfer)
    with pytest.raises(DBAPIError, match="transfer_id"), funded.begin() as session:
        post(session, transfer)


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
