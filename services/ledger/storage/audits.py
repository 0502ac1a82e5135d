"""What an audit reads, in one snapshot and in the order of the chain; and what it found, kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from services.ledger import domain
from services.ledger.domain import Block, Kind


Document = dict[str, Any]
ROWS_AT_ONCE = 5_000
BLOCKS = text(
    "select height, previous_hash, merkle_root, first_number, transfers, at, hash from blocks"
    " where height > :height order by height"
)
TRANSFERS = text(
    "select number, transfer_id::text, kind, reference::text, at, reason, acted_by::text,"
    " policy_version, hold_id::text, reverses::text from transfers where number > :number"
    " order by number"
)
ENTRIES = text(
    "select transfer_number, account_id::text, amount, balance_after from entries"
    " where transfer_number > :number order by transfer_number, account_id"
)
NAMES = (
    *("number", "transfer_id", "kind", "reference", "at", "reason"),
    *("acted_by", "policy_version", "hold_id", "reverses"),
)
# What each hold says against what moved through its escrow: taken in, paid, given back, left.
HOLDS = text("""
select h.hold_id, h.state, shares, placed, posted, returned, balance
from (select *, earned_minutes + granted_minutes + gifted_minutes as shares from holds) h
cross join lateral (
    select coalesce(sum(e.amount) filter (where t.kind = 'hold'), 0) as placed,
        coalesce(-sum(e.amount) filter (where t.kind = 'post'), 0) as posted,
        coalesce(-sum(e.amount) filter (where t.kind = 'release'), 0) as returned,
        coalesce(sum(e.amount), 0) as balance
    from accounts a join entries e using (account_id) join transfers t on t.number = transfer_number
    where a.kind = 'escrow' and a.owner_id = h.request_id) moved
where placed <> shares or posted <> posted_minutes or returned <> released_minutes
    or balance <> case when state = 'placed' then shares else 0 end
order by h.hold_id limit 1
""")
RESERVES = text("""
select c.application_id, c.state, c.minutes, coalesce(a.balance, 0)
from applications c left join accounts a on a.kind = 'reserve' and a.owner_id = c.application_id
where coalesce(a.balance, 0)
    <> case when c.state in ('applied', 'reviewed', 'offered') then c.minutes else 0 end
order by 1 limit 1
""")
# What each dispute says against what moved through its account, and out of the budget.
DISPUTES = text("""
select d.dispute_id, state, frozen_minutes, returned_minutes, released_minutes, corrected_minutes,
    frozen, returned, released, corrected, balance
from disputes d cross join lateral (
    select coalesce(sum(e.amount) filter (where t.kind = 'dispute_freeze'), 0) as frozen,
        coalesce(-sum(e.amount) filter (where t.kind = 'dispute_return'), 0) as returned,
        coalesce(-sum(e.amount) filter (where t.kind = 'dispute_release'), 0) as released,
        coalesce(sum(e.amount), 0) as balance
    from accounts a join entries e using (account_id) join transfers t on t.number = transfer_number
    where a.kind = 'dispute' and a.owner_id = d.dispute_id) moved
cross join lateral (
    select coalesce(sum(e.amount), 0) as corrected
    from transfers t join entries e on e.transfer_number = t.number and e.amount > 0
    where t.transfer_id = encode(substring(sha256(convert_to(
        'dispute_correction:' || d.dispute_id::text, 'UTF8')) from 1 for 16), 'hex')::uuid) paid
where frozen <> frozen_minutes or returned <> returned_minutes or released <> released_minutes
    or corrected <> corrected_minutes
    or balance <> case when state = 'frozen' then frozen_minutes else 0 end
order by 1 limit 1
""")
# What each exchange says against what moved: its points once out, and back once it has ended.
EXCHANGES = text("""
select coalesce(x.exchange_id, m.reference), coalesce(x.state, 'missing'), coalesce(x.points, 0),
    coalesce(m.spent, 0), coalesce(m.returned, 0)
from exchanges x full join (
    select t.reference, coalesce(sum(e.amount) filter (where e.amount > 0), 0) as spent,
        coalesce(-sum(e.amount) filter (where e.amount < 0), 0) as returned
    from accounts a join entries e using (account_id) join transfers t on t.number = transfer_number
    where a.kind = 'rewards' group by t.reference) m on m.reference = x.exchange_id
where x.exchange_id is null or coalesce(m.spent, 0) <> x.points
    or coalesce(m.returned, 0)
        <> case when x.state in ('cancelled', 'lapsed', 'returned') then x.points else 0 end
order by 1 limit 1
""")
UNIT_SUMS = text(
    "select unit, sum(balance)::bigint,"
    " -sum(balance) filter (where kind in ('issuance', 'points_issuance'))::bigint"
    " from accounts group by unit"
)
LAST_AUDIT = text("select * from audits order by audit_id desc limit 1")
KEEP_AUDIT = text(
    "insert into audits (started_at, finished_at, height, block_hash, transfers, difference)"
    " values (:started_at, :finished_at, :height, :block_hash, :transfers, :difference)"
)


class SealedBlock(NamedTuple):
    """A block with the hash that stands beside it, and its transfers as they are now."""

    block: Block
    block_hash: bytes
    documents: list[Document]


class UnitSum(NamedTuple):
    """All balances of a unit together, and what its source has given out."""

    unit: str
    total: int
    supply: int


def sealed_blocks(connection: Connection, height: int, number: int) -> Iterator[SealedBlock]:
    """The blocks after a height with their transfers, streamed in the order of the chain.

    Transfers that belong to no block come last, in a block of their own that nobody sealed.
    """
    documents = Documents(connection, number)
    for row in stream(connection, BLOCKS, height=height):
        *header, block_hash = row
        block = read_header(header)
        last = block.first_number + block.transfers - 1
        yield SealedBlock(block, bytes(block_hash), documents.until(last))
    strange = documents.next
    if strange is not None:
        raise domain.Difference(f"transfer {strange['number']}: it is in no block")
    if documents.stray is not None:
        raise domain.Difference(f"transfer {documents.stray}: it has entries and does not exist")


def read_header(header: Sequence[Any]) -> Block:
    height, previous_hash, merkle_root, first_number, transfers, at = header
    return Block(height, bytes(previous_hash), bytes(merkle_root), first_number, transfers, at)


class Documents:
    """Transfers with their entries, two streams merged by number."""

    def __init__(self, connection: Connection, number: int):
        self.transfers = stream(connection, TRANSFERS, number=number)
        self.entries = stream(connection, ENTRIES, number=number)
        self.side = next(self.entries, None)
        self.next = self.read()

    @property
    def stray(self) -> int | None:
        """The transfer of an entry that no transfer claimed."""
        return self.side[0] if self.side else None

    def until(self, last: int) -> list[Document]:
        found = []
        while self.next is not None and self.next["number"] <= last:
            found.append(self.next)
            self.next = self.read()
        return found

    def read(self) -> Document | None:
        row = next(self.transfers, None)
        if row is None:
            return None
        number, sides = row[0], []
        if self.side and self.side[0] < number:
            raise domain.Difference(f"transfer {self.side[0]}: it has entries and does not exist")
        while self.side and self.side[0] == number:
            sides.append(tuple(self.side[1:]))
            self.side = next(self.entries, None)
        return domain.document(**dict(zip(NAMES, row, strict=True)), entries=sides)


def stream(connection: Connection, query: Any, **facts: Any) -> Iterator[Any]:
    """Rows by a cursor of the server, so that memory does not grow with the ledger."""
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query, facts)
    return iter(found)


def account_kinds(connection: Connection) -> dict[str, Kind]:
    kinds = {kind.value: kind for kind in Kind}
    query = text("select account_id::text, kind from accounts")
    return {account_id: kinds[kind] for account_id, kind in stream(connection, query)}


def account_balances(connection: Connection) -> Iterator[tuple[str, int]]:
    return stream(connection, text("select account_id::text, balance from accounts order by 1"))


def first_wrong_hold(connection: Connection) -> Any:
    return connection.execute(HOLDS).first()


def first_wrong_reserve(connection: Connection) -> Any:
    return connection.execute(RESERVES).first()


def first_wrong_dispute(connection: Connection) -> Any:
    return connection.execute(DISPUTES).first()


def first_wrong_exchange(connection: Connection) -> Any:
    return connection.execute(EXCHANGES).first()


def unit_sums(connection: Connection | Session) -> list[UnitSum]:
    return [
        UnitSum(unit, total, supply or 0) for unit, total, supply in connection.execute(UNIT_SUMS)
    ]


def hold_counts(connection: Connection) -> dict[str, int]:
    query = text("select state, count(*) from holds group by state")
    return {state: count for state, count in connection.execute(query)}


def last_audit(connection: Connection | Session) -> Any:
    return connection.execute(LAST_AUDIT).first()


def audits(session: Session, limit: int) -> list[Any]:
    """The last audits, newest first."""
    query = text("select * from audits order by audit_id desc limit :limit")
    return list(session.execute(query, {"limit": limit}))


def keep_audit(
    connection: Connection,
    started_at: datetime,
    finished_at: datetime,
    head: domain.Head,
    difference: str | None,
) -> None:
    connection.execute(
        KEEP_AUDIT,
        {
            "started_at": started_at,
            "finished_at": finished_at,
            "height": head.height,
            "block_hash": head.block_hash,
            "transfers": head.last_number,
            "difference": difference,
        },
    )
