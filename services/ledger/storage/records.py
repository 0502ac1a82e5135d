"""The ledger's records beside balances, found and kept by set: one loader and saver a type."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from services.ledger.domain import (
    Applicant,
    Application,
    Books,
    CareHome,
    Disputes,
    Exchange,
    GrantLine,
    GrantRun,
    Hold,
    Kin,
    Need,
    NextLines,
    OpenDisputes,
    OpenExchanges,
    OpenHolds,
    PastTransfer,
    Person,
    Programme,
    Queue,
    RatingPoints,
    Record,
    Reward,
    Step,
    Taken,
    WaitingDisputes,
    WalletChange,
    WalletState,
    Want,
)
from services.ledger.storage.accounts import Overtaken
from services.ledger.storage.applications import (
    find_applicants,
    find_queues,
    lock_applications,
    save_applications,
    save_steps,
)
from services.ledger.storage.care_homes import lock_care_homes
from services.ledger.storage.disputes import (
    find_disputes,
    find_open_disputes,
    find_waiting_disputes,
    save_disputes,
)
from services.ledger.storage.exchanges import (
    find_open_exchanges,
    find_taken,
    lock_exchanges,
    save_exchanges,
)
from services.ledger.storage.grant_runs import (
    lock_grant_runs,
    save_grant_lines,
    save_grant_runs,
    take_next_lines,
)
from services.ledger.storage.holds import find_open_holds, lock_holds, save_holds
from services.ledger.storage.needs import find_needs, save_needs
from services.ledger.storage.people import find_kin, find_people
from services.ledger.storage.points import find_rating_points
from services.ledger.storage.posted import find_posted
from services.ledger.storage.programmes import find_programmes, save_programmes
from services.ledger.storage.rewards import lock_rewards, save_rewards
from services.ledger.storage.states import find_states, save_wallet_changes


Loader = Callable[[Session, Sequence[Any]], Mapping[Any, Record]]
Saver = Callable[[Session, Sequence[Any]], None]

# The order is the order of locking, the same for everybody. Loaders lock what commands change.
LOADERS: dict[type[Any], Loader] = {
    Person: find_people,
    Kin: find_kin,
    Hold: lock_holds,
    # Under the lock of the visit's hold, which whoever changes them has taken before.
    WaitingDisputes: find_waiting_disputes,
    Disputes: find_disputes,
    Programme: find_programmes,
    OpenHolds: find_open_holds,
    OpenDisputes: find_open_disputes,
    Application: lock_applications,
    Applicant: find_applicants,
    Queue: find_queues,
    CareHome: lock_care_homes,
    Reward: lock_rewards,
    Exchange: lock_exchanges,
    GrantRun: lock_grant_runs,
    NextLines: take_next_lines,
    PastTransfer: find_posted,
    Need: find_needs,
    OpenExchanges: find_open_exchanges,
    Taken: find_taken,
    RatingPoints: find_rating_points,
}
# They change, as the states of wallets do, only under the locks of somebody's accounts: those that
# a command has, it gets after it has read them, so they are read again.
GUARDED = (
    Applicant,
    Disputes,
    OpenDisputes,
    OpenExchanges,
    OpenHolds,
    PastTransfer,
    Programme,
    RatingPoints,
    Taken,
)
SAVERS: dict[type[Any], Saver] = {
    Hold: save_holds,
    Disputes: save_disputes,
    Application: save_applications,
    Step: save_steps,
    Reward: save_rewards,
    Exchange: save_exchanges,
    # A line is granted while its run runs.
    GrantLine: save_grant_lines,
    GrantRun: save_grant_runs,
    WalletChange: save_wallet_changes,
    Need: save_needs,
    Programme: save_programmes,
}


def load_records(session: Session, wants: Iterable[Want]) -> dict[Want, Record]:
    """The records that there are among those wanted, locked where they may change."""
    keys = defaultdict(set)
    for want in wants:
        keys[want.record].add(want.key)
    found: dict[Want, Record] = {}
    for record, load in LOADERS.items():
        if keys[record]:
            loaded = load(session, sorted(keys[record]))
            found |= {Want(record, key): value for key, value in loaded.items()}
    return found


def read_again(session: Session, books: Books) -> dict[Want, Record | None]:
    """What is guarded, as it is now that the locks are held.

    Raises Overtaken when somebody has exchanged meanwhile who is to be closed: what waits for them
    has to be locked before.
    """
    people = {person.person_id: person for person in books.all(Person)}
    states = find_states(session, people)
    again: dict[Want, Record | None] = {
        Want(Person, person_id): replace(person, state=state)
        for person_id, person in people.items()
        if (state := states.get(person_id, WalletState.OPEN)) is not person.state
    }
    wants = [want for record in GUARDED for want in books.asked(record)]
    found = load_records(session, wants)
    waiting = [each for each in found.values() if isinstance(each, OpenExchanges)]
    if not all(books.knows(Exchange, each) for one in waiting for each in one.codes):
        raise Overtaken
    return again | dict.fromkeys(wants) | found


def save_records(session: Session, records: Iterable[Record]) -> None:
    """Keep the last state of each record."""
    last: dict[Want, Record] = {}
    for record in records:
        last[Want(type(record), record.key)] = record
    for kind, save in SAVERS.items():
        of_this_kind = [record for record in last.values() if type(record) is kind]
        if of_this_kind:
            save(session, of_this_kind)
