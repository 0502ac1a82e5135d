"""Applications to public care homes (S9): coins set aside, a fair queue, an offer, an answer.

``MOVES`` is the one place that says how an application may go on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.kernel.caller import Caller
from services.kernel.contract import NotFound
from services.ledger.contract import (
    AdmissionApplied,
    AdmissionDecided,
    ApplicationOpen,
    ApplicationState,
    Move,
    NotAtThisStep,
    NotEligible,
    NotNextInQueue,
    OfferStands,
    Provenance,
    WalletClosed,
    WalletFrozen,
)
from services.ledger.domain import rights
from services.ledger.domain.accounts import Account, care_home, estate, reserve, wallet
from services.ledger.domain.acting import acting_for
from services.ledger.domain.admission import needed_minutes
from services.ledger.domain.books import Books, Happened, Outcome, Want
from services.ledger.domain.care_homes import CareHome, home_with_place
from services.ledger.domain.people import Kin, Person, WalletState
from services.ledger.domain.policy import LedgerPolicy
from services.ledger.domain.settling import crediting
from services.ledger.domain.transfers import Transfer, TransferKind, move


MOVES: Mapping[tuple[ApplicationState, Move], ApplicationState] = {
    (ApplicationState.APPLIED, Move.APPROVE): ApplicationState.REVIEWED,
    (ApplicationState.APPLIED, Move.REJECT): ApplicationState.DECLINED,
    (ApplicationState.APPLIED, Move.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.REVIEWED, Move.OFFER): ApplicationState.OFFERED,
    (ApplicationState.REVIEWED, Move.WITHDRAW): ApplicationState.WITHDRAWN,
    (ApplicationState.OFFERED, Move.ACCEPT): ApplicationState.ADMITTED,
    (ApplicationState.OFFERED, Move.DECLINE): ApplicationState.DECLINED,
    (ApplicationState.OFFERED, Move.LAPSE): ApplicationState.DECLINED,
    (ApplicationState.OFFERED, Move.WITHDRAW): ApplicationState.WITHDRAWN,
}
OPEN = frozenset(state for state, _ in MOVES)
OF_AN_OFFICER = frozenset((Move.APPROVE, Move.REJECT, Move.OFFER, Move.LAPSE))


class Waiting(NamedTuple):
    """Who applied earlier is before who applied later; at the same time, by the id."""

    applied_at: datetime
    application_id: UUID


@dataclass(frozen=True)
class Application:
    """One person's application; ``minutes`` are set aside for it while it is open."""

    application_id: UUID
    person_id: UUID
    district: str
    need: str
    minutes: int
    applied_at: datetime
    applied_by: UUID
    state: ApplicationState = ApplicationState.APPLIED
    home: str | None = None
    answer_by: datetime | None = None
    # None of those that were offered a home before homes were registered.
    care_home_id: UUID | None = None

    @property
    def key(self) -> UUID:
        return self.application_id

    @property
    def waiting(self) -> Waiting:
        return Waiting(self.applied_at, self.application_id)


@dataclass(frozen=True)
class Step:
    """How an application came into a state; it comes into each at most once."""

    application_id: UUID
    state: ApplicationState
    move: Move
    at: datetime
    acted_by: UUID
    reason: str | None = None

    @property
    def key(self) -> tuple[UUID, ApplicationState]:
        return self.application_id, self.state


@dataclass(frozen=True)
class Applicant:
    """A person's open application; there is never a second one."""

    person_id: UUID
    application_id: UUID

    @property
    def key(self) -> UUID:
        return self.person_id


@dataclass(frozen=True)
class Queue:
    """The reviewed applications of a district, in the order in which places are offered."""

    district: str
    waiting: tuple[Waiting, ...] = ()

    @property
    def key(self) -> str:
        return self.district

    def place_of(self, application: Application) -> int | None:
        """Counted from 1; None for an application that does not wait for an offer."""
        if application.waiting not in self.waiting:
            return None
        return self.waiting.index(application.waiting) + 1

    def following(self, application: Application) -> "Queue":
        """The queue once the application is in this state."""
        waiting = [each for each in self.waiting if each != application.waiting]
        if application.state is ApplicationState.REVIEWED:
            waiting.append(application.waiting)
        return replace(self, waiting=tuple(sorted(waiting)))


def moved(application: Application, move: Move) -> ApplicationState:
    """The state that a move leads to; raises NotAtThisStep when it is not allowed from here."""
    try:
        return MOVES[application.state, move]
    except KeyError:
        raise NotAtThisStep(fields={"state": application.state.value}) from None


def reserve_transfer(application: Application, policy_version: int) -> Transfer:
    """From the applicant's earned coins into the application's reserve."""
    return move(
        TransferKind.RESERVE,
        application.application_id,
        out_of={wallet(application.person_id, Provenance.EARNED): application.minutes},
        into={reserve(application.application_id): application.minutes},
        acted_by=application.applied_by,
        policy_version=policy_version,
    )


def ending_transfer(
    application: Application, credit: Account, acted_by: UUID, reason: str | None = None
) -> Transfer | None:
    """What an application's end does with its coins; None while it is open.

    The admitted pay them to the district's homes; else they go back to the account ``credit``.
    """
    if application.state in OPEN:
        return None
    admitted = application.state is ApplicationState.ADMITTED
    return move(
        TransferKind.ADMISSION if admitted else TransferKind.RESERVE_RETURN,
        application.application_id,
        out_of={reserve(application.application_id): application.minutes},
        into={care_home(application.district) if admitted else credit: application.minutes},
        acted_by=acted_by,
        reason=reason,
    )


def shown(application: Application, place: int | None) -> dict[str, Any]:
    """An application as it is answered, with its place in the queue."""
    return {**vars(application), "place": place}


def require_open(person: Person) -> None:
    """Raise WalletFrozen or WalletClosed: only an open wallet's coins are spent."""
    if person.state is WalletState.FROZEN:
        raise WalletFrozen
    if person.state is WalletState.CLOSED:
        raise WalletClosed


@dataclass(frozen=True)
class Apply:
    """Somebody applies, or a clerk of the street or a lineal relative for them (S9)."""

    application_id: UUID
    caller: Caller
    person_id: UUID
    need: str

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Person, self.person_id)
        yield Want(Applicant, self.person_id)
        if self.caller.person_id is not None:
            yield Want(Kin, self.caller.person_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        return reserve(self.application_id), wallet(self.person_id, Provenance.EARNED)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        acted_by = acting_for(self.caller, self.person_id, books, policy)
        person = books.person(self.person_id)
        if books.find(Applicant, self.person_id):
            raise ApplicationOpen
        needed, earned = needed_minutes(policy), wallet(self.person_id, Provenance.EARNED)
        if books.balance(earned) < needed:
            raise NotEligible(
                fields={"needed_minutes": needed, "counted_minutes": books.balance(earned)}
            )
        application = Application(
            self.application_id, self.person_id, person.district, self.need, needed, now, acted_by
        )
        step = Step(self.application_id, application.state, Move.APPLY, now, acted_by)
        facts = {
            "district": application.district,
            "application_id": application.application_id,
            "person_id": application.person_id,
            "minutes": application.minutes,
            "acted_by": acted_by,
            "policy_version": policy.version,
        }
        return Outcome(
            (reserve_transfer(application, policy.version),),
            (application, step, Applicant(self.person_id, self.application_id)),
            (Happened(AdmissionApplied, facts),),
            shown(application, None),
        )


@dataclass(frozen=True)
class Proceed:
    """An officer or the applicant takes an application one move on (S9)."""

    application_id: UUID
    caller: Caller
    move: Move
    reason: str | None = None
    care_home_id: UUID | None = None

    def wants(self, books: Books) -> Iterable[Want]:
        yield Want(Application, self.application_id)
        if not books.knows(Application, self.application_id):
            return
        application = books.find(Application, self.application_id)
        if application:
            yield Want(Person, application.person_id)
            yield Want(Queue, application.district)
            if home_id := self.care_home_id or application.care_home_id:
                yield Want(CareHome, home_id)
        if self.caller.person_id is not None:
            yield Want(Kin, self.caller.person_id)

    def accounts(self, books: Books) -> Iterable[Account]:
        application = books.find(Application, self.application_id)
        if application is None:
            return
        yield reserve(self.application_id)
        yield wallet(application.person_id, Provenance.EARNED)
        yield estate(application.person_id)
        yield care_home(application.district)

    def decide(self, books: Books, policy: LedgerPolicy, now: datetime) -> Outcome:
        rights.signed_in(self.caller)
        before = books.find(Application, self.application_id)
        if before is None:
            raise NotFound("There is no such application.")
        acted_by = self._acted_by(before, books, policy)
        state = moved(before, self.move)
        queue = books.find(Queue, before.district) or Queue(before.district)
        self._heed(before, queue, books, now)
        after, homes = self._housed(replace(before, state=state), books, policy, now)
        queue = queue.following(after)
        credit = crediting(books)(after.person_id, Provenance.EARNED)
        transfer = ending_transfer(after, credit, acted_by, self.reason)
        return Outcome(
            (transfer,) if transfer else (),
            (after, Step(after.key, state, self.move, now, acted_by, self.reason), queue, *homes),
            (self._told(after, acted_by),),
            shown(after, queue.place_of(after)),
        )

    def _acted_by(self, application: Application, books: Books, policy: LedgerPolicy) -> UUID:
        if self.move in OF_AN_OFFICER:
            return rights.may_decide(self.caller, application.person_id, application.district)
        return acting_for(self.caller, application.person_id, books, policy)

    def _heed(self, application: Application, queue: Queue, books: Books, now: datetime) -> None:
        place = queue.place_of(application)
        if self.move is Move.OFFER and place != 1:
            raise NotNextInQueue(fields={"place": place, "next_place": 1})
        if self.move is Move.ACCEPT:
            require_open(books.person(application.person_id))
        if self.move is Move.LAPSE and application.answer_by and now < application.answer_by:
            raise OfferStands(fields={"answer_by": application.answer_by.isoformat()})

    def _housed(
        self, application: Application, books: Books, policy: LedgerPolicy, now: datetime
    ) -> tuple[Application, tuple[CareHome, ...]]:
        """The application with its place, and the home in which one is taken or free again."""
        if self.move is Move.OFFER:
            home_id = self.care_home_id
            found = books.find(CareHome, home_id) if home_id else None
            home = home_with_place(found, application.district)
            answer_by = now + timedelta(days=policy.care_home_offer_days)
            offered = replace(
                application, home=home.name, care_home_id=home.key, answer_by=answer_by
            )
            return offered, (home.with_taken(1),)
        if application.care_home_id is None or self.move is Move.ACCEPT:
            return application, ()
        left = books.find(CareHome, application.care_home_id)
        return application, (left.with_taken(-1),) if left else ()

    def _told(self, application: Application, acted_by: UUID) -> Happened:
        facts = {
            "district": application.district,
            "application_id": application.application_id,
            "person_id": application.person_id,
            "minutes": application.minutes,
            "state": application.state,
            "move": self.move,
            "reason": self.reason,
            "home": application.home,
            "care_home_id": application.care_home_id,
            "acted_by": acted_by,
        }
        return Happened(AdmissionDecided, facts)
