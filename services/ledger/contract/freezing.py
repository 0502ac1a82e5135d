"""Wallets that an officer freezes, and unfreezes: coins may come in, none may go out."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Request
from services.ledger.contract.basics import REASON


class FreezeWallet(Request):
    """An officer of the person's district, or of the city, freezes a wallet and says why."""

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class UnfreezeWallet(Request):
    """An officer of the person's district, or of the city, gives a frozen wallet free again."""

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class WalletStateAnswer(Answer):
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)
    changed_at = fields.AwareDateTime(required=True)


class WalletFrozenByOfficer(Event):
    """From now on no coins go out of this wallet, and none are held for its requests."""

    source, type, subject = "ledger", "wallet.frozen.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)


class WalletUnfrozenByOfficer(Event):
    """A wallet that was frozen is its holder's to use again."""

    source, type, subject = "ledger", "wallet.unfrozen.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    changed_by = fields.UUID(required=True)


class AlreadyFrozen(Error):
    """This wallet is frozen already."""

    code, status = "already_frozen", 409


class NotFrozen(Error):
    """This wallet is not frozen."""

    code, status = "not_frozen", 409
