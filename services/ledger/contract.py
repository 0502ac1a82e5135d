"""What the ledger promises to the other services and to the gateway. Amounts are whole minutes."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request


class Provenance(StrEnum):
    """Where a coin came from decides what it may be used for."""

    EARNED = "earned"
    GRANTED = "granted"
    GIFTED = "gifted"


AMOUNT = validate.Range(1, 60_000_000)
# ASCII digits only, and no line end after them, which $ alone would let pass.
DISTRICT = validate.Regexp(r"^[0-9]{6}(?!\n)$", error="A six-digit district code.")
REASON = validate.Length(1, 200)


class TopUpBudget(Request):
    """The city issues minutes into a district's budget (S16)."""

    district = fields.String(required=True, validate=DISTRICT)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class ShowBudget(Request):
    """What a district has left to grant."""

    district = fields.String(required=True, validate=DISTRICT)


class GrantCoins(Request):
    """A district officer grants coins from the district's budget to a special-group elder (S16)."""

    person_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class GiftCoins(Request):
    """The holder gives earned coins to a lineal relative (S5)."""

    receiver_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)


class ShowWallet(Request):
    """A person's coins by provenance, and what is held."""

    person_id = fields.UUID(required=True)


class ShowStatement(Request):
    """A person's entries, newest first, each with the balance after it."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ShowHold(Request):
    """What became of the coins held for a request."""

    request_id = fields.UUID(required=True)


class ShowAdmission(Request):
    """How near a volunteer is to the coins that open a public care home (S9)."""

    person_id = fields.UUID(required=True)


class ShowTrialBalance(Request):
    """The sums of all accounts by kind; their total is zero."""


class BudgetAnswer(Answer):
    district = fields.String(required=True)
    minutes = fields.Integer(required=True)


class GrantAnswer(Answer):
    grant_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    district = fields.String(required=True)
    minutes = fields.Integer(required=True)


class GiftAnswer(Answer):
    gift_id = fields.UUID(required=True)
    giver_id = fields.UUID(required=True)
    receiver_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True)


class WalletAnswer(Answer):
    person_id = fields.UUID(required=True)
    earned_minutes = fields.Integer(required=True)
    granted_minutes = fields.Integer(required=True)
    gifted_minutes = fields.Integer(required=True)
    total_minutes = fields.Integer(required=True)
    held_minutes = fields.Integer(required=True)
    coins = fields.String(required=True)


class StatementLine(Answer):
    transfer_id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    provenance = fields.String(required=True)
    minutes = fields.Integer(required=True)
    balance_minutes = fields.Integer(required=True)
    reference = fields.String(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    acted_by = fields.UUID(allow_none=True)


class StatementAnswer(Answer):
    person_id = fields.UUID(required=True)
    items = fields.List(fields.Nested(StatementLine), required=True)
    next_cursor = fields.String(allow_none=True)


class HoldAnswer(Answer):
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    state = fields.String(required=True)
    minutes = fields.Integer(required=True)
    posted_minutes = fields.Integer(required=True)
    released_minutes = fields.Integer(required=True)


class AdmissionAnswer(Answer):
    person_id = fields.UUID(required=True)
    counted_minutes = fields.Integer(required=True)
    needed_minutes = fields.Integer(required=True)
    eligible = fields.Boolean(required=True)
    policy_version = fields.Integer(required=True)


class TrialBalanceLine(Answer):
    kind = fields.String(required=True)
    accounts = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class TrialBalanceAnswer(Answer):
    items = fields.List(fields.Nested(TrialBalanceLine), required=True)
    total_minutes = fields.Integer(required=True)
    supply_minutes = fields.Integer(required=True)
    transfers = fields.Integer(required=True)


class HoldPlaced(Event):
    """The minutes of a request are set aside in escrow."""

    source, type, subject = "ledger", "hold.placed.v1", "request_id"

    hold_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)


class HoldRefused(Event):
    """The elder's coins do not suffice, or may not be used; nothing was moved."""

    source, type, subject = "ledger", "hold.refused.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    needed_minutes = fields.Integer(required=True, strict=True)
    spendable_minutes = fields.Integer(required=True, strict=True)


class HoldReleased(Event):
    """What was held and not posted has gone back to where it came from."""

    source, type, subject = "ledger", "hold.released.v1", "request_id"

    hold_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)


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


class CoinsGranted(Event):
    """A district has granted coins from its budget (S16)."""

    source, type, subject = "ledger", "coins.granted.v1", "grant_id"

    grant_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    granted_by = fields.UUID(required=True)


class CoinsGifted(Event):
    """Somebody has given earned coins to a lineal relative (S5)."""

    source, type, subject = "ledger", "coins.gifted.v1", "gift_id"

    gift_id = fields.UUID(required=True)
    giver_id = fields.UUID(required=True)
    receiver_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)


class InsufficientCoins(Error):
    """There are not enough coins for this."""

    code, status = "insufficient_coins", 409


class RedeemedFromElderAge(Error):
    """Coins are redeemed for one's own service from the age that the policy sets."""

    code, status = "redeemed_from_elder_age", 409


class InsufficientBudget(Error):
    """The district's budget does not cover this."""

    code, status = "insufficient_budget", 409


class NotKin(Error):
    """Coins are given to confirmed lineal relatives only."""

    code, status = "not_kin", 403


class ReceiverNotElder(Error):
    """The relative who receives coins is not of the age to redeem them."""

    code, status = "receiver_not_elder", 409


class NotInSpecialGroup(Error):
    """Coins are granted to elders of the special groups."""

    code, status = "not_in_special_group", 409


class NoWallet(Error):
    """This person has no wallet yet; it opens when they are verified."""

    code, status = "no_wallet", 404
