"""Gifts to lineal relatives (S5)."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.ledger.contract.basics import AMOUNT


class GiftCoins(Request):
    """The holder gives earned coins to a lineal relative (S5)."""

    receiver_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)


class GiftAnswer(Answer):
    gift_id = fields.UUID(required=True)
    giver_id = fields.UUID(required=True)
    receiver_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True)


class CoinsGifted(Event):
    """Somebody has given earned coins to a lineal relative (S5)."""

    source, type, subject = "ledger", "coins.gifted.v1", "gift_id"

    gift_id = fields.UUID(required=True)
    giver_id = fields.UUID(required=True)
    receiver_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)


class NotKin(Error):
    """Coins are given to confirmed lineal relatives only."""

    code, status = "not_kin", 403


class ReceiverNotElder(Error):
    """The relative who receives coins is not of the age to redeem them."""

    code, status = "receiver_not_elder", 409
