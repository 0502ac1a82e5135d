"""Coins set aside while two sides disagree about a paid visit, and how that ended."""

from enum import StrEnum

from marshmallow import fields

from services.kernel.contract import Error, Event


class FreezeShortfall(StrEnum):
    """Why less was set aside than the visit had paid."""

    NOT_CLAIMED = "not_claimed"
    NOT_PAID = "not_paid"
    SPENT = "spent"
    WALLET_CLOSED = "wallet_closed"
    REVERSED = "reversed"
    DISPUTED_ELSEWHERE = "disputed_elsewhere"


class SettlementRefusal(StrEnum):
    """Why the correction of a dispute was not paid; all the rest of it was settled."""

    INSUFFICIENT_BUDGET = "insufficient_budget"
    WALLET_CLOSED = "wallet_closed"


class CoinsFrozen(Event):
    """What a visit had paid is set aside for a dispute, as far as it was still there.

    ``reason`` says why ``frozen_minutes`` are fewer than ``paid_minutes``; without it all of them
    are. Nothing more than these can ever be returned.
    """

    source, type, subject = "ledger", "coins.frozen.v1", "dispute_id"

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    paid_minutes = fields.Integer(required=True, strict=True)
    frozen_minutes = fields.Integer(required=True, strict=True)
    reason = fields.Enum(FreezeShortfall, by_value=True, required=True, allow_none=True)


class DisputeSettled(Event):
    """The coins of a closed dispute are where they belong.

    The figures are totals of the dispute: a second one, once a correction that was refused could
    be paid, replaces the first. Returned and released minutes together are those that were frozen.
    """

    source, type, subject = "ledger", "dispute.settled.v1", "dispute_id"

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    returned_minutes = fields.Integer(required=True, strict=True)
    released_minutes = fields.Integer(required=True, strict=True)
    corrected_minutes = fields.Integer(required=True, strict=True)
    refused = fields.Enum(SettlementRefusal, by_value=True, required=True, allow_none=True)


class InDispute(Error):
    """What this transfer paid is under dispute; the arbiter decides about it."""

    code, status = "in_dispute", 409


class SettledByDispute(Error):
    """A dispute has settled what this transfer paid; nothing is paid back twice."""

    code, status = "settled_by_dispute", 409


class DisputesOpen(Error):
    """Coins of this person are set aside for disputes; these must end first."""

    code, status = "disputes_open", 409
