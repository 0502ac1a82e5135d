"""What all of the ledger's promises share. Amounts are whole minutes."""

from enum import StrEnum

from marshmallow import validate

from services.kernel.contract import Error


class Provenance(StrEnum):
    """Where a coin came from decides what it may be used for."""

    EARNED = "earned"
    GRANTED = "granted"
    GIFTED = "gifted"


AMOUNT = validate.Range(1, 60_000_000)
# ASCII digits only, and no line end after them, which $ alone would let pass.
DISTRICT = validate.Regexp(r"^[0-9]{6}(?!\n)$", error="A six-digit district code.")
REASON = validate.Length(1, 200)


class InsufficientCoins(Error):
    """There are not enough coins for this."""

    code, status = "insufficient_coins", 409


class NoWallet(Error):
    """This person has no wallet yet; it opens when they are verified."""

    code, status = "no_wallet", 404


class WalletFrozen(Error):
    """This wallet is frozen: coins may come in, none may go out."""

    code, status = "wallet_frozen", 409


class WalletClosed(Error):
    """This wallet is closed."""

    code, status = "wallet_closed", 409
