"""What people ask of disputes, what they are shown, and what refuses them."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Minutes, Request
from services.rating.contract.disputes import Claim, Level, Outcome, Side
from services.rating.contract.ratings import MOST_WORDS


MINUTES = validate.Range(0, 24 * 60)
WORDS = validate.Length(1, MOST_WORDS)
AREA = validate.Regexp(r"^[0-9]{6}([0-9]{3})?$")
DISTRICT = validate.Regexp(r"^[0-9]{6}$")
CURSOR = validate.Length(max=200)
SPEAKS_FOR = "Of the clerk at the desk: whose word it is. Those concerned leave it out."


class DisputeState(StrEnum):
    """From the opening to where the minutes are in the end."""

    AWAITING_FREEZE = "awaiting_freeze"
    UNDER_REVIEW = "under_review"
    DECIDED = "decided"
    APPEALED = "appealed"
    SETTLING = "settling"
    UNFUNDED = "unfunded"
    SETTLED = "settled"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class OpenDispute(Request):
    """Dispute the minutes of a visit, or of one that did not take place (by its booking)."""

    visit_id = fields.UUID(required=True)
    claim = fields.Enum(Claim, by_value=True, required=True)
    words = fields.String(required=True, validate=WORDS)
    claimed_minutes = Minutes(load_default=None, allow_none=True, validate=MINUTES)


class ShowDispute(Request):
    """A dispute with all that was said and decided, and what the caller can do now."""

    dispute_id = fields.UUID(required=True)


class AddEvidence(Request):
    """Say what happened, while it is open; the other side reads it."""

    dispute_id = fields.UUID(required=True)
    words = fields.String(required=True, validate=WORDS)
    side = fields.Enum(
        Side,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": SPEAKS_FOR},
    )


class HandUpDispute(Request):
    """Let the next level decide, with the reason."""

    dispute_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=WORDS)


class DecideDispute(Request):
    """Decide, with a reason that both sides read."""

    dispute_id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    returned_minutes = Minutes(load_default=None, allow_none=True, validate=MINUTES)
    corrected_minutes = Minutes(load_default=None, allow_none=True, validate=MINUTES)
    reason = fields.String(required=True, validate=WORDS)


class AppealDispute(Request):
    """Ask the next level to decide again, once for both sides."""

    dispute_id = fields.UUID(required=True)
    words = fields.String(required=True, validate=WORDS)
    side = fields.Enum(
        Side,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={"description": SPEAKS_FOR},
    )


class WithdrawDispute(Request):
    """Take back what one has disputed, before it is decided."""

    dispute_id = fields.UUID(required=True)


class SettleDisputeAgain(Request):
    """Pay a refused correction from the budget now, or fewer minutes of it, or none."""

    dispute_id = fields.UUID(required=True)
    corrected_minutes = Minutes(required=True, validate=MINUTES)
    reason = fields.String(required=True, validate=WORDS)


class ListMyDisputes(Request):
    """The disputes of the caller, and of those whom they act for, newest first."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=CURSOR)


class ListDisputesToDecide(Request):
    """What waits for an arbiter in a street or district, the nearest deadline first."""

    area = fields.String(required=True, validate=AREA)
    level = fields.Enum(Level, by_value=True, required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=CURSOR)


class ShowDisputeStatistics(Request):
    """How disputes of a district (or of the whole city) went that were opened in these days."""

    area = fields.String(required=True, validate=DISTRICT)
    from_date = fields.Date(required=True)
    until_date = fields.Date(
        required=True, metadata={"description": "The last day that counts too."}
    )


class SweepDisputes(Request):
    """Hand up and close what time has overtaken, without waiting for the timer."""


class PossibleAct(Answer):
    """What the caller can do now, and until when if that ends."""

    act = fields.String(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)


class EvidenceAnswer(Answer):
    """A statement; numbers that could be somebody's telephone are hidden from the other side."""

    evidence_id = fields.UUID(required=True)
    side = fields.String(required=True)
    given_by = fields.UUID(required=True)
    words = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)


class DecisionAnswer(Answer):
    level = fields.String(required=True)
    is_appeal = fields.Boolean(required=True)
    outcome = fields.String(required=True)
    returned_minutes = fields.Integer(required=True)
    corrected_minutes = fields.Integer(required=True)
    reason = fields.String(required=True)
    decided_by = fields.UUID(required=True)
    decided_at = fields.AwareDateTime(required=True)
    policy_version = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class StepAnswer(Answer):
    """One step of its way; ``by`` is empty when a deadline or the ledger made it."""

    act = fields.String(required=True)
    state = fields.String(required=True)
    level = fields.String(required=True)
    by = fields.UUID(required=True, allow_none=True)
    words = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class DisputeItem(Answer):
    """A dispute in a list. ``zh`` and ``en`` say in words where it stands."""

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    street = fields.String(required=True)
    side = fields.String(required=True)
    claim = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    level = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    acts = fields.List(fields.Nested(PossibleAct), required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class DisputeAnswer(DisputeItem):
    words = fields.String(required=True)
    opened_by = fields.UUID(required=True)
    paid_minutes = fields.Integer(required=True)
    claimed_minutes = fields.Integer(required=True, allow_none=True)
    planned_minutes = fields.Integer(required=True, allow_none=True)
    most_correction_minutes = fields.Integer(required=True)
    frozen_minutes = fields.Integer(required=True, allow_none=True)
    frozen_reason = fields.String(required=True, allow_none=True)
    returned_minutes = fields.Integer(required=True, allow_none=True)
    corrected_minutes = fields.Integer(required=True, allow_none=True)
    refused = fields.String(required=True, allow_none=True)
    ending = fields.String(required=True, allow_none=True)
    evidence = fields.List(fields.Nested(EvidenceAnswer), required=True)
    decisions = fields.List(fields.Nested(DecisionAnswer), required=True)
    steps = fields.List(fields.Nested(StepAnswer), required=True)


class DisputesAnswer(Answer):
    items = fields.List(fields.Nested(DisputeItem), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class DisputeCounts(Answer):
    """The counts of one district; one that is empty is too small to be shown."""

    district = fields.String(required=True)
    opened = fields.Integer(required=True, allow_none=True)
    appealed = fields.Integer(required=True, allow_none=True)
    by_claim = fields.Dict(
        keys=fields.String(), values=fields.Integer(allow_none=True), required=True
    )
    by_outcome = fields.Dict(
        keys=fields.String(), values=fields.Integer(allow_none=True), required=True
    )
    by_level = fields.Dict(
        keys=fields.String(), values=fields.Integer(allow_none=True), required=True
    )
    days_to_decide = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The median of whole days from the opening to the first word."},
    )


class DisputeStatisticsAnswer(Answer):
    area = fields.String(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    least_shown = fields.Integer(required=True)
    policy_version = fields.Integer(required=True)
    districts = fields.List(fields.Nested(DisputeCounts), required=True)


class DisputeSweepAnswer(Answer):
    escalated = fields.Integer(required=True)
    closed = fields.Integer(required=True)


class IsParty(Error):
    """You took part in the visit or in the dispute, or are close to who did: hand it up."""

    code, status = "is_party", 403


class DisputeWindowClosed(Error):
    """The time for disputing this visit is over."""

    code, status = "dispute_window_closed", 409


class AlreadyDisputed(Error):
    """A dispute of this visit is open, or your side has had its own."""

    code, status = "already_disputed", 409


class NotFrozenYet(Error):
    """The ledger has not said yet what it has set aside; come again in a moment."""

    code, status = "not_frozen_yet", 409


class NotDecidedYet(Error):
    """This dispute has not been decided."""

    code, status = "not_decided_yet", 409


class AlreadyDecided(Error):
    """This dispute has been decided."""

    code, status = "already_decided", 409


class AppealClosed(Error):
    """The time of appeal is over, or there was one."""

    code, status = "appeal_closed", 409


class DisputeOver(Error):
    """This dispute has ended."""

    code, status = "dispute_over", 409


class HighestLevel(Error):
    """There is nobody above the city."""

    code, status = "highest_level", 409


class OutcomeNotPossible(Error):
    """More than is held or budgeted, or not what this outcome moves."""

    code, status = "outcome_not_possible", 409


class EnoughEvidence(Error):
    """Your side has said as much as a dispute takes."""

    code, status = "enough_evidence", 409
