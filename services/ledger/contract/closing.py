"""Wallets that are closed for good, after death or leaving, and what becomes of the coins."""

from enum import StrEnum

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Request
from services.ledger.contract.basics import REASON


class CloseCause(StrEnum):
    """Why a wallet is closed."""

    DEATH = "death"
    LEAVING = "leaving"


class CloseWallet(Request):
    """Close a wallet for good, at death or when somebody leaves, and settle its coins.

    An officer of the district or the city closes it; who leaves may do so themselves. All coins go
    to the confirmed lineal relative named as heir, as gifted coins; with no heir named, to the
    charity pool of the district. An heir who may not inherit is refused rather than passed over,
    for a settlement is never reversed. Asked again of a closed wallet, it settles what has come in
    since; when nothing has, it is refused.
    """

    person_id = fields.UUID(required=True)
    cause = fields.Enum(CloseCause, by_value=True, required=True)
    heir_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=REASON)


class ClosingAnswer(Answer):
    closing_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    settled_minutes = fields.Integer(required=True)
    heir_id = fields.UUID(allow_none=True)
    pool = fields.String(allow_none=True)
    expired_points = fields.Integer(required=True)


class WalletClosedForGood(Event):
    """A wallet was closed; whatever is still to come for the person goes into the estate."""

    source, type, subject = "ledger", "wallet.closed.v1", "person_id"

    closing_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    cause = fields.Enum(CloseCause, by_value=True, required=True)
    reason = fields.String(required=True)
    expired_points = fields.Integer(required=True, strict=True)
    closed_by = fields.UUID(required=True)


class EstateSettled(Event):
    """The coins of a closed wallet have gone to the heir, or else to a charity pool."""

    source, type, subject = "ledger", "estate.settled.v1", "closing_id"

    closing_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    heir_id = fields.UUID(required=True, allow_none=True)
    pool = fields.String(required=True, allow_none=True)
    settled_by = fields.UUID(required=True)


class HoldsOpen(Error):
    """Coins of this person are still held for requests; these must end first."""

    code, status = "holds_open", 409
