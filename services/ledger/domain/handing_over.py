"""What becomes of an exchanged reward (S10): picked up by its code, or points back, once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest
from services.ledger.contract import (
    ExchangeState,
    PointsReturned,
    ReturnTooLate,
    RewardHandedOver,
    TooManyPickUpCodes,
    WrongPickUpCode,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, points, points_issuance, rewards
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.catalogue import Reward, find_reward
from services.ledger.domain.exchanges import (
    Exchange,
    OpenExchanges,
    exchange_answer,
    find_exchange,
    moved,
)
from services.ledger.domain.people import Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.transfers import TransferKind, move


CLOSED = "the account was closed"


@dataclass(frozen=True)
class HandOver:
    """A clerk or officer hands a reward over, once; ``code_fits`` is what the typed code said.

    Without a code typed it is None.
    """

    exchange_id: UUID
    caller: Caller
    code_fits: bool | None

    def wants(self, books: Books) -> Iterable[Want]:
        return wanted_of(self.exchange_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        return ()

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        exchange = find_exchange(books, self.exchange_id)
        acted_by = may_hand_over(self.caller, exchange)
        moved(exchange.state, ExchangeState.HANDED_OVER)
        if self.code_fits is None:
            raise InvalidRequest(fields={"pickup_code": ["Who picks it up shows the code."]})
        tried = trying(exchange, policy, now)
        if not self.code_fits:
            return Outcome(records=(tried,), refusal=WrongPickUpCode())
        done = exchange.to(
            ExchangeState.HANDED_OVER,
            handed_over_at=now,
            handed_over_by=acted_by,
            return_by=now + timedelta(days=policy.return_days),
        )
        facts = told_of(done, books) | {
            "return_by": done.return_by,
            "handed_over_by": acted_by,
        }
        told = Happened(RewardHandedOver, facts)
        return Outcome(records=(done,), events=(told,), answer=exchange_answer(done))


def trying(exchange: Exchange, policy: LedgerPolicy, now: datetime) -> Exchange:
    """The exchange with one more wrong code counted; raises TooManyPickUpCodes beyond the limit.

    Right codes are refused as well then: whoever guesses must not learn that one was right.
    """
    since = exchange.wrong_codes_since
    span = timedelta(minutes=policy.wrong_pickup_codes_minutes)
    if since is None or now >= since + span:
        return replace(exchange, wrong_codes=1, wrong_codes_since=now)
    if exchange.wrong_codes >= policy.most_wrong_pickup_codes:
        most, until = policy.most_wrong_pickup_codes, since + span
        raise TooManyPickUpCodes(
            fields={"most_wrong_codes": most, "ask_again_at": until.isoformat()}
        )
    return replace(exchange, wrong_codes=exchange.wrong_codes + 1)


@dataclass(frozen=True)
class Cancel:
    """The holder, or a clerk of the street for them, gives up what was not picked up."""

    exchange_id: UUID
    caller: Caller

    def wants(self, books: Books) -> Iterable[Want]:
        return wanted_of(self.exchange_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        return touched_by(self.exchange_id, books)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        exchange = find_exchange(books, self.exchange_id)
        person = books.find(Person, exchange.person_id)
        acted_by = rights.may_exchange(self.caller, exchange.person_id, person)
        return given_back(
            exchange.to(ExchangeState.CANCELLED, ended_at=now, ended_by=acted_by),
            books,
            policy.version,
        )


@dataclass(frozen=True)
class Lapse:
    """Nobody has picked it up in time; nothing happens to what was, or is not due yet."""

    exchange_id: UUID

    def wants(self, books: Books) -> Iterable[Want]:
        return wanted_of(self.exchange_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        return touched_by(self.exchange_id, books)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        exchange = find_exchange(books, self.exchange_id)
        if exchange.state is not ExchangeState.RESERVED or now < exchange.pick_up_by:
            return Outcome()
        return given_back(exchange.to(ExchangeState.LAPSED, ended_at=now), books, policy.version)


@dataclass(frozen=True)
class TakeBack:
    """A clerk or officer takes a handed-over reward back; what is damaged leaves the stock."""

    exchange_id: UUID
    caller: Caller
    reason: str
    damaged: bool

    def wants(self, books: Books) -> Iterable[Want]:
        return wanted_of(self.exchange_id, books)

    def accounts(self, books: Books) -> Iterable[Account]:
        return touched_by(self.exchange_id, books)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        exchange = find_exchange(books, self.exchange_id)
        acted_by = may_hand_over(self.caller, exchange)
        moved(exchange.state, ExchangeState.RETURNED)
        if exchange.return_by is None or now >= exchange.return_by:
            until = exchange.return_by and exchange.return_by.isoformat()
            raise ReturnTooLate(fields={"return_by": until})
        ended = exchange.to(
            ExchangeState.RETURNED,
            ended_at=now,
            ended_by=acted_by,
            end_reason=self.reason,
            damaged=self.damaged,
        )
        return given_back(ended, books, policy.version)


def may_hand_over(caller: Caller, exchange: Exchange) -> UUID:
    street, district = exchange.pickup_street, exchange.district
    return rights.may_hand_over(caller, exchange.person_id, street, district)


def may_see_exchange(caller: Caller, exchange: Exchange, person: Person | None) -> None:
    """Who may see the holder, and who may hand it over."""
    try:
        rights.may_see(caller, exchange.person_id, person)
    except Forbidden:
        may_hand_over(caller, exchange)


def sees_code(caller: Caller, exchange: Exchange, person: Person | None) -> bool:
    """The holder; and a clerk of their street, where an agency exchanged for them (S15).

    Whoever exchanged for themselves shows the code themselves, so that it proves who stands there.
    """
    if exchange.state is not ExchangeState.RESERVED:
        return False
    if caller.person_id == exchange.person_id:
        return True
    for_them = exchange.exchanged_by != exchange.person_id
    return for_them and person is not None and caller.holds(Role.AGENCY_CLERK, person.street)


def wanted_of(exchange_id: UUID, books: Books) -> Iterable[Want]:
    """An exchange, and once it is known its holder and its reward."""
    yield Want(Exchange, exchange_id)
    exchange = books.find(Exchange, exchange_id) if books.knows(Exchange, exchange_id) else None
    if exchange:
        yield Want(Person, exchange.person_id)
        yield Want(Reward, exchange.code)


def touched_by(exchange_id: UUID, books: Books) -> Iterable[Account]:
    exchange = books.find(Exchange, exchange_id)
    if exchange:
        yield points(exchange.person_id)
        yield rewards()
        yield points_issuance()


def given_back(ended: Exchange, books: Books, policy_version: int) -> Outcome:
    """The points of an exchange that has just ended, and its pieces on the shelf again.

    The transfer is named by the exchange, so the points come back once whatever happens. Those of
    a closed wallet expire.
    """
    person = books.find(Person, ended.person_id)
    expired = person is None or person.state is WalletState.CLOSED
    receiver = points_issuance() if expired else points(ended.person_id)
    transfer = move(
        TransferKind.POINTS_RETURN,
        ended.exchange_id,
        out_of={rewards(): ended.points},
        into={receiver: ended.points},
        reason=ended.end_reason or str(ended.state),
        acted_by=ended.ended_by,
        policy_version=policy_version,
    )
    reward = find_reward(books, ended.code)
    shelf = () if ended.damaged else (reward.restocked(ended.quantity),)
    facts = told_of(ended, books) | {
        "points": ended.points,
        "state": ended.state,
        "damaged": ended.damaged,
        "expired": expired,
        "reason": ended.end_reason,
        "acted_by": ended.ended_by,
    }
    return Outcome(
        (transfer,),
        (ended, *shelf),
        (Happened(PointsReturned, facts),),
        exchange_answer(ended),
    )


def told_of(exchange: Exchange, books: Books) -> dict[str, Any]:
    """What every event of an exchange says; its district is the holder's."""
    person = books.find(Person, exchange.person_id)
    return {
        "district": person.district if person else exchange.district,
        "exchange_id": exchange.exchange_id,
        "person_id": exchange.person_id,
        "code": exchange.code,
        "quantity": exchange.quantity,
    }


def waiting_for(person_id: UUID, books: Books) -> list[Exchange]:
    """What a person has not picked up, also by what was decided earlier in this batch."""
    found = (each for each in books.all(Exchange) if each.person_id == person_id)
    return [each for each in found if each.state is ExchangeState.RESERVED]


def open_wanted(person_id: UUID, books: Books) -> Iterable[Want]:
    """What a person has not picked up, and the rewards that it goes back to."""
    yield Want(OpenExchanges, person_id)
    known = books.knows(OpenExchanges, person_id)
    listed = books.find(OpenExchanges, person_id) if known else None
    for exchange_id, code in (listed.codes if listed else {}).items():
        yield Want(Exchange, exchange_id)
        yield Want(Reward, code)


def ended_with(
    person_id: UUID, books: Books, closed_by: UUID, now: datetime, policy_version: int
) -> list[Outcome]:
    """What a closing does to what its person has not picked up; each shelf counts all of it."""
    outcomes, working = [], books.copy()
    for exchange in waiting_for(person_id, books):
        ended = exchange.to(
            ExchangeState.CANCELLED, ended_at=now, ended_by=closed_by, end_reason=CLOSED
        )
        outcome = given_back(ended, working, policy_version)
        working.apply(outcome, now)
        outcomes.append(outcome)
    return outcomes
