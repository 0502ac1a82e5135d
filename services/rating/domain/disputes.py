"""A dispute's way from its opening to its settlement: the only place that says what follows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.kernel.contract import Error, InvalidRequest
from services.rating.contract import (
    AlreadyDecided,
    AppealClosed,
    Claim,
    DisputeOver,
    DisputeState,
    DisputeWindowClosed,
    Ending,
    EnoughEvidence,
    HighestLevel,
    Level,
    NotDecidedYet,
    NotFrozenYet,
    Outcome,
    Side,
)
from services.rating.domain.policy import DisputePolicy
from services.rating.domain.visits import DISTRICT_DIGITS


S = DisputeState
LEVELS = (Level.STREET, Level.DISTRICT, Level.CITY)
# Statements are taken while somebody weighs them, and while the ledger sets the coins aside.
OPEN_STATES = (S.AWAITING_FREEZE, S.UNDER_REVIEW, S.APPEALED)
BEFORE_A_DECISION = (S.AWAITING_FREEZE, S.UNDER_REVIEW)
ENDED = (S.SETTLING, S.UNFUNDED, S.SETTLED, S.WITHDRAWING, S.WITHDRAWN)


class DisputeAct(StrEnum):
    """What moves a dispute: people, the ledger's answers, and deadlines."""

    FREEZE = "freeze"
    GIVE_EVIDENCE = "give_evidence"
    ESCALATE = "escalate"
    HAND_UP = "hand_up"
    DECIDE = "decide"
    APPEAL = "appeal"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    SETTLE = "settle"
    REFUSE = "refuse"
    SETTLE_AGAIN = "settle_again"


A = DisputeAct

# The level that decides is beside the state: handing up changes only that.
DISPUTE_MOVES: dict[tuple[DisputeState, DisputeAct], DisputeState] = {
    (S.AWAITING_FREEZE, A.FREEZE): S.UNDER_REVIEW,
    (S.AWAITING_FREEZE, A.GIVE_EVIDENCE): S.AWAITING_FREEZE,
    (S.AWAITING_FREEZE, A.WITHDRAW): S.WITHDRAWING,
    (S.UNDER_REVIEW, A.GIVE_EVIDENCE): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, A.ESCALATE): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, A.HAND_UP): S.UNDER_REVIEW,
    (S.UNDER_REVIEW, A.DECIDE): S.DECIDED,
    (S.UNDER_REVIEW, A.WITHDRAW): S.WITHDRAWING,
    (S.DECIDED, A.APPEAL): S.APPEALED,
    (S.DECIDED, A.CLOSE): S.SETTLING,
    (S.APPEALED, A.GIVE_EVIDENCE): S.APPEALED,
    (S.APPEALED, A.ESCALATE): S.APPEALED,
    (S.APPEALED, A.HAND_UP): S.APPEALED,
    (S.APPEALED, A.DECIDE): S.SETTLING,
    (S.SETTLING, A.SETTLE): S.SETTLED,
    (S.SETTLING, A.REFUSE): S.UNFUNDED,
    (S.UNFUNDED, A.SETTLE_AGAIN): S.SETTLING,
    # The ledger's answer to the opening may come after the opener has thought better of it.
    (S.WITHDRAWING, A.FREEZE): S.WITHDRAWING,
    (S.WITHDRAWING, A.SETTLE): S.WITHDRAWN,
}


@dataclass(frozen=True)
class Dispute:
    """One dispute as it stands; what was said and decided lies beside it."""

    dispute_id: UUID
    visit_id: UUID
    request_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    street: str
    side: Side
    claim: Claim
    words: str
    opened_by: UUID
    opened_at: datetime
    policy_version: int
    paid_minutes: int
    due_at: datetime | None
    claimed_minutes: int | None = None
    planned_minutes: int | None = None
    programme_id: UUID | None = None
    state: DisputeState = S.AWAITING_FREEZE
    level: Level = Level.STREET
    frozen_minutes: int | None = None
    frozen_reason: str | None = None
    appealed_by: UUID | None = None
    returned_minutes: int | None = None
    corrected_minutes: int | None = None
    refused: str | None = None
    ending: Ending | None = None
    closed_at: datetime | None = None

    @property
    def district(self) -> str:
        return self.street[:DISTRICT_DIGITS]

    @property
    def freezes(self) -> bool:
        """Who says that too little was paid wants nothing back; of nothing nothing is held."""
        return self.claim is not Claim.TOO_LITTLE and self.paid_minutes > 0


@dataclass(frozen=True)
class Disputable:
    """A visit as a dispute looks at it; one that did not take place bears its booking's id."""

    visit_id: UUID
    request_id: UUID
    elder_id: UUID
    volunteer_id: UUID
    street: str
    ended_at: datetime
    minutes: int
    planned_minutes: int | None = None
    programme_id: UUID | None = None
    acted_by: tuple[UUID, ...] = ()
    category: str = ""
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Evidence:
    """A statement, and whose word it is."""

    evidence_id: UUID
    dispute_id: UUID
    side: Side
    given_by: UUID
    words: str
    given_at: datetime


@dataclass(frozen=True)
class Decision:
    """What an arbiter decided, on the first hearing or on appeal."""

    dispute_id: UUID
    is_appeal: bool
    level: Level
    outcome: Outcome
    returned_minutes: int
    corrected_minutes: int
    reason: str
    decided_by: UUID
    decided_at: datetime
    policy_version: int


@dataclass(frozen=True)
class Step:
    """One step of a dispute's way, as its history tells it."""

    dispute_id: UUID
    number: int
    act: str
    state: DisputeState
    level: Level
    by: UUID | None
    words: str
    at: datetime


def moved(state: DisputeState, act: DisputeAct) -> DisputeState:
    """The state after the act; raises what refuses it."""
    if (state, act) not in DISPUTE_MOVES:
        raise refusal(state, act)
    return DISPUTE_MOVES[state, act]


def refusal(state: DisputeState, act: DisputeAct) -> Error:
    if act is A.APPEAL:
        return NotDecidedYet() if state in BEFORE_A_DECISION else AppealClosed()
    if state in ENDED:
        return DisputeOver()
    if state is S.AWAITING_FREEZE:
        return NotFrozenYet()
    return AlreadyDecided() if state is S.DECIDED else NotDecidedYet()


def appeal_closed(first: Decision, rules: DisputePolicy) -> AppealClosed:
    """``rules`` are those that the first decision was made by."""
    decided_at = first.decided_at.isoformat()
    return AppealClosed(fields={"decided_at": decided_at, "appeal_days": rules.appeal_days})


def higher(level: Level) -> Level:
    """The next level; raises HighestLevel above the city."""
    if level is LEVELS[-1]:
        raise HighestLevel
    return LEVELS[LEVELS.index(level) + 1]


def level_of_appeal(level: Level) -> Level:
    """One above who decided; of what the city decided, another person of the city hears it."""
    return level if level is LEVELS[-1] else higher(level)


def due_act(dispute: Dispute, now: datetime) -> DisputeAct | None:
    """What a deadline that has passed does now. Nobody is above the city: it is overdue there.

    No dispute is ever decided by silence.
    """
    if dispute.due_at is None or now <= dispute.due_at:
        return None
    if dispute.state is S.DECIDED:
        return A.CLOSE
    waits = dispute.state in (S.UNDER_REVIEW, S.APPEALED)
    return A.ESCALATE if waits and dispute.level is not LEVELS[-1] else None


def is_overdue(dispute: Dispute, now: datetime) -> bool:
    is_open = dispute.state in OPEN_STATES
    return is_open and dispute.due_at is not None and now > dispute.due_at


def deadline(level: Level, since: datetime, rules: DisputePolicy) -> datetime:
    return since + timedelta(days=rules.days[level])


def window_of(visit: Disputable, former: datetime | None, rules: DisputePolicy) -> datetime:
    """The last moment to dispute a visit.

    What a clerk had to settle is disputed from then on; the other side's dispute does not use up
    one's own time.
    """
    since = max(each for each in (visit.ended_at, visit.decided_at, former) if each)
    return since + timedelta(days=rules.window_days)


def check_opening(
    visit: Disputable,
    credited: int,
    claim: Claim,
    claimed: int | None,
    former: datetime | None,
    now: datetime,
    rules: DisputePolicy,
) -> None:
    """Raise what is wrong with a claim: it comes too late, or does not say what it says."""
    window = window_of(visit, former, rules)
    if now > window:
        closed = {"window_days": rules.window_days, "closed_at": window.isoformat()}
        raise DisputeWindowClosed(fields=closed)
    if claim is Claim.TOO_MUCH and not credited:
        raise InvalidRequest(fields={"claim": ["Nothing was paid for this visit."]})
    if claim is Claim.TOO_LITTLE and (claimed is None or claimed <= credited):
        said = f"Say how many minutes it should be, more than {credited}."
        raise InvalidRequest(fields={"claimed_minutes": [said]})
    if claim is Claim.TOO_MUCH and claimed is not None and claimed >= credited:
        said = f"Say how many minutes it should be, fewer than {credited}."
        raise InvalidRequest(fields={"claimed_minutes": [said]})


def check_evidence(dispute: Dispute, given_by_side: int, rules: DisputePolicy) -> None:
    moved(dispute.state, A.GIVE_EVIDENCE)
    if given_by_side >= rules.most_statements:
        raise EnoughEvidence(fields={"most_statements": rules.most_statements})
