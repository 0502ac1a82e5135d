"""Coins held for a request, and what is earned from them (S2, S4).

They are the elder's whom the request is for, unless ``programme_id`` names the public programme
that pays. Then ``elder_id`` only says who stands for the request: whoever organised it.
"""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Request


class ShowHold(Request):
    """What became of the coins held for a request."""

    request_id = fields.UUID(required=True)


class HoldAnswer(Answer):
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    programme_id = fields.UUID(allow_none=True)
    state = fields.String(required=True)
    minutes = fields.Integer(required=True)
    posted_minutes = fields.Integer(required=True)
    released_minutes = fields.Integer(required=True)


class HoldPlaced(Event):
    """The minutes of a request are set aside in escrow."""

    source, type, subject = "ledger", "hold.placed.v1", "request_id"

    hold_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    programme_id = fields.UUID(allow_none=True)


class HoldRefused(Event):
    """The elder's coins do not suffice, or may not be used; nothing was moved."""

    source, type, subject = "ledger", "hold.refused.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    needed_minutes = fields.Integer(required=True, strict=True)
    spendable_minutes = fields.Integer(required=True, strict=True)
    # The version of the rules that refused, and where an age was the reason, that of the rule that
    # goes for the elder: one of the two.
    policy_version = fields.Integer(strict=True)
    redeem_from_age = fields.Integer(strict=True)
    redeem_from_age_in_hardship = fields.Integer(strict=True)
    programme_id = fields.UUID(allow_none=True)


class HoldReleased(Event):
    """What was held and not posted has gone back to where it came from."""

    source, type, subject = "ledger", "hold.released.v1", "request_id"

    hold_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    programme_id = fields.UUID(allow_none=True)


class CoinsEarned(Event):
    """A visit was paid into the volunteer's account (S2)."""

    source, type, subject = "ledger", "coins.earned.v1", "transfer_id"

    transfer_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    policy_version = fields.Integer(required=True, strict=True)
    programme_id = fields.UUID(allow_none=True)


class RedeemedFromElderAge(Error):
    """Coins are redeemed for one's own service from the age that the policy sets."""

    code, status = "redeemed_from_elder_age", 409
