"""A batch's books: everything its commands want, loaded and locked; and what came of them, kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.ledger.domain import Account, Books, Command, Decided, Record, Want
from services.ledger.storage.accounts import lock_balances
from services.ledger.storage.blocks import post
from services.ledger.storage.records import load_records, read_again, save_records


# A command may want a visit's hold, then the hold's elder; nothing needs a longer chain.
MOST_ROUNDS = 4


class EndlessWants(Exception):
    """A command wants ever more records: a bug."""


def load_books(session: Session, commands: Sequence[Command]) -> tuple[Books, set[Account]]:
    """The books that these commands are decided on, and which accounts are open."""
    books = load_wanted(session, commands)
    accounts = {account for command in commands for account in command.accounts(books)}
    balances = lock_balances(session, accounts)
    again = read_again(session, books)
    return books.with_balances(balances).with_records(again), set(balances)


def load_wanted(session: Session, commands: Iterable[Command]) -> Books:
    books = Books()
    records: dict[Want, Record] = {}
    known: set[Want] = set()
    for _ in range(MOST_ROUNDS):
        wants = {want for command in commands for want in command.wants(books)} - known
        if not wants:
            return books
        records |= load_records(session, wants)
        known |= wants
        books = Books(records, known=known)
    raise EndlessWants


def keep(session: Session, decided: Sequence[Decided], opened: set[Account], at: datetime) -> None:
    """Write the records and, as one block, the postings."""
    save_records(session, (record for each in decided for record in each.outcome.records))
    post(session, [posting for each in decided for posting in each.postings], opened, at)
