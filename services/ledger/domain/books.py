"""What decisions are made on: the records and balances of one batch, as they are at each command.

A command says what it wants to know and which accounts it may touch; all of it is loaded and
locked at once; then the commands are decided one by one, each on what the ones before it left.
A refusal touches nothing else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar, cast
from uuid import UUID

from services.kernel.contract import Error, Event, Unacceptable
from services.ledger.contract import NoWallet, WalletClosed, WalletFrozen
from services.ledger.domain.accounts import Account, Kind
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import Entry, Transfer, TransferKind, entries


PERSONAL = frozenset((Kind.WALLET, Kind.POINTS))
# What officers and disputes do to a wallet whatever its state.
OF_AN_OFFICER = frozenset(
    (
        TransferKind.REVERSAL,
        TransferKind.CORRECTION,
        TransferKind.CLOSING,
        TransferKind.DISPUTE_FREEZE,
        TransferKind.POINTS_DISPUTE,
    )
)
R = TypeVar("R", bound="Record")


class Record(Protocol):
    """Something that the ledger remembers beside balances: a hold, a person, an application."""

    @property
    def key(self) -> Any:
        """What it is found by; unique among records of its type."""


class Want(NamedTuple):
    """One record that a command needs: its type and key."""

    record: type[Any]
    key: Any


class Happened(NamedTuple):
    """An event to be told when the batch is committed."""

    event: type[Event]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a command leads to, whole or not at all: its transfers are linked."""

    transfers: tuple[Transfer, ...] = ()
    records: tuple[Record, ...] = ()
    events: tuple[Happened, ...] = ()
    answer: Mapping[str, Any] = field(default_factory=dict)
    # What is answered instead when its records are kept all the same: a failed try that counts.
    refusal: Error | None = None


@dataclass(frozen=True)
class Refused:
    """A command that is not granted, or an event that no retry can make right."""

    error: Error | Unacceptable


class Posting(NamedTuple):
    """A transfer as it was decided, with the entries it becomes and its time (UTC)."""

    transfer: Transfer
    entries: tuple[Entry, ...]
    at: datetime


class Books:
    """The records and balances of a batch. ``applied`` gives new ones, these stay as they are."""

    def __init__(
        self,
        records: Mapping[Want, Record] | None = None,
        balances: Mapping[Account, int] | None = None,
        known: Iterable[Want] = (),
    ):
        self._records: dict[type[Any], dict[Any, Record | None]] = {}
        for want in known:
            self._of(want.record)[want.key] = None
        for want, record in (records or {}).items():
            self._of(want.record)[want.key] = record
        self._balances = dict(balances or {})

    def _of(self, record: type[Any]) -> dict[Any, Record | None]:
        return self._records.setdefault(record, {})

    def knows(self, record: type[Any], key: Any) -> bool:
        """Whether it was looked up, be it found or not."""
        return key in self._of(record)

    def asked(self, record: type[Any]) -> list[Want]:
        """What was looked up of a type, be it found or not."""
        return [Want(record, key) for key in self._of(record)]

    def person(self, person_id: UUID) -> Person:
        """Somebody with a wallet; raises NoWallet."""
        person = self.find(Person, person_id)
        if person is None:
            raise NoWallet
        return person

    def find(self, record: type[R], key: Any) -> R | None:
        """The record, or None when there is none; a bug when nobody asked for it before."""
        try:
            return cast(R | None, self._records[record][key])
        except KeyError:
            raise LookupError(f"{record.__name__} {key} was not asked for") from None

    def all(self, record: type[R]) -> list[R]:
        """Those of a type that were looked up and found, or have come to be in this batch."""
        found = cast(Iterable[R | None], self._of(record).values())
        return [each for each in found if each is not None]

    def balance(self, account: Account) -> int:
        """The balance now; an account that is not open has nothing."""
        return self._balances.get(account, 0)

    def with_balances(self, balances: Mapping[Account, int]) -> "Books":
        books = self.copy()
        books._balances = dict(balances)
        return books

    def with_records(self, records: Mapping[Want, Record | None]) -> "Books":
        books = self.copy()
        for want, record in records.items():
            books._of(want.record)[want.key] = record
        return books

    def copy(self) -> "Books":
        books = Books(balances=self._balances)
        books._records = {kind: dict(records) for kind, records in self._records.items()}
        return books

    def apply(self, outcome: Outcome, at: datetime) -> list[Posting]:
        """Take over an outcome; raises Overdrawn or a frozen wallet's refusal, changing nothing."""
        changed = dict[Account, int]()
        postings = []
        for transfer in outcome.transfers:
            self._heed_states(transfer)
            here = {
                leg.account: changed.get(leg.account, self.balance(leg.account))
                for leg in transfer.legs
            }
            made = entries(transfer, here)
            for entry in made:
                changed[entry.account] = entry.balance_after
            postings.append(Posting(transfer, tuple(made), at))
        self._balances |= changed
        for record in outcome.records:
            self._of(type(record))[record.key] = record
        return postings

    def _heed_states(self, transfer: Transfer) -> None:
        if transfer.kind in OF_AN_OFFICER:
            return
        for leg in transfer.legs:
            if leg.account.kind not in PERSONAL:
                continue
            person = self._of(Person).get(leg.account.owner_id)
            if not isinstance(person, Person):
                continue
            if person.state is WalletState.CLOSED:
                raise WalletClosed
            if person.state is WalletState.FROZEN and leg.amount < 0:
                raise WalletFrozen


class Command(Protocol):
    """Something to be decided: a value, made from a request or an event."""

    def wants(self, books: Books) -> Iterable[Want]:
        """What it needs to know; asked again until nothing new is wanted."""

    def accounts(self, books: Books) -> Iterable[Account]:
        """Every account that it may touch, once what it wants is known."""

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        """The outcome; raises a contract Error, or Unacceptable for an event, to refuse."""


class Task(NamedTuple):
    """A command with the time (UTC) and the policy that it is decided by."""

    command: Command
    policy: LedgerPolicy
    now: datetime


class Decided(NamedTuple):
    """An outcome with the entries that it leads to."""

    outcome: Outcome
    postings: tuple[Posting, ...]


def decide(tasks: Sequence[Task], books: Books) -> list[Decided | Refused]:
    """Decide each task on the books as the tasks before it left them."""
    working = books.copy()
    return [_decide_one(task, working) for task in tasks]


def _decide_one(task: Task, books: Books) -> Decided | Refused:
    try:
        outcome = task.command.decide(books, task.policy, task.now)
        return Decided(outcome, tuple(books.apply(outcome, task.now)))
    except (Error, Unacceptable) as error:
        return Refused(error)
