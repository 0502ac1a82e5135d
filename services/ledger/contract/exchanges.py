"""Points exchanged for rewards, which are picked up by a code, or come back (S10).

Points are a unit of their own and never become coins.
"""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request
from services.ledger.contract.basics import REASON
from services.ledger.contract.rewards import CODE, CURSOR, LIMIT, QUANTITY, Whole


# ASCII digits only, and no line end after them, which $ alone would let pass.
STREET = validate.Regexp(r"^[0-9]{9}(?!\n)$", error="A nine-digit street code.")
PICKUP_CODE = validate.Regexp(r"^[0-9]{8}(?!\n)$", error="Eight digits.")


class ExchangeState(StrEnum):
    """What has become of an exchange."""

    RESERVED = "reserved"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    RETURNED = "returned"


class ExchangePoints(Request):
    """Exchange points for a reward, which is then set aside to be picked up by its code (S10).

    A clerk of the street may exchange for somebody by naming the ``person_id``. It is picked up at
    the agency of ``pickup_street``, which is one of the reward's district; the person's own street
    unless another is named.
    """

    person_id = fields.UUID(load_default=None, allow_none=True)
    code = fields.String(required=True, validate=CODE)
    quantity = Whole(load_default=1, validate=QUANTITY)
    pickup_street = fields.String(load_default=None, allow_none=True, validate=STREET)
    points = Whole(
        load_default=None,
        allow_none=True,
        metadata={"description": "What all of it cost when it was seen; no other price is paid."},
    )


class ShowExchange(Request):
    """One exchange, with the code that it is picked up by (S10).

    The code is shown to the holder as often as they ask, and to a clerk of the street when
    an agency exchanged for them (S15).
    """

    exchange_id = fields.UUID(required=True)


class HandOverReward(Request):
    """A clerk or officer hands an exchanged reward over to who shows its code (S10)."""

    exchange_id = fields.UUID(required=True)
    pickup_code = fields.String(load_default=None, allow_none=True, validate=PICKUP_CODE)


class CancelExchange(Request):
    """The holder, or a clerk for them, gives up a reward that was not picked up; points return."""

    exchange_id = fields.UUID(required=True)


class ReturnReward(Request):
    """A clerk or officer takes a reward back that was handed over; the points return, once.

    What is ``damaged`` does not go back on the shelf.
    """

    exchange_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)
    damaged = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class ListExchanges(Request):
    """A person's exchanges, newest first; one's own unless a ``person_id`` is named (S10)."""

    person_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=20, validate=LIMIT)
    cursor = fields.String(load_default=None, validate=CURSOR)


class ListPickUps(Request):
    """What waits to be picked up at the agency of a street, oldest first."""

    street = fields.String(required=True, validate=STREET)
    limit = fields.Integer(load_default=20, validate=LIMIT)
    cursor = fields.String(load_default=None, validate=CURSOR)


class ExchangeAnswer(Answer):
    exchange_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    quantity = fields.Integer(required=True)
    points = fields.Integer(required=True)
    exchanged_at = fields.AwareDateTime(required=True)
    exchanged_by = fields.UUID(required=True)
    handed_over_at = fields.AwareDateTime(allow_none=True)
    handed_over_by = fields.UUID(allow_none=True)
    state = fields.String()
    pickup_street = fields.String()
    pick_up_by = fields.AwareDateTime()
    return_by = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    ended_by = fields.UUID(allow_none=True)
    end_reason = fields.String(allow_none=True)
    damaged = fields.Boolean()


class ExchangeFile(ExchangeAnswer):
    pickup_code = fields.String(
        allow_none=True,
        metadata={"description": "While it waits to be picked up, for who may know it."},
    )


class ExchangesAnswer(Answer):
    items = fields.List(fields.Nested(ExchangeAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class PointsRedeemed(Event):
    """Somebody has exchanged points for a reward (S10); ``points`` is what all of it cost."""

    source, type, subject = "ledger", "points.redeemed.v1", "exchange_id"

    exchange_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    code = fields.String(required=True)
    quantity = fields.Integer(required=True, strict=True)
    points = fields.Integer(required=True, strict=True)
    acted_by = fields.UUID(required=True)
    pickup_street = fields.String()
    pick_up_by = fields.AwareDateTime()


class RewardHandedOver(Event):
    """A reward that was exchanged is in the holder's hands."""

    source, type, subject = "ledger", "reward.handed-over.v1", "exchange_id"

    exchange_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    code = fields.String(required=True)
    quantity = fields.Integer(required=True, strict=True)
    return_by = fields.AwareDateTime(required=True)
    handed_over_by = fields.UUID(required=True)


class PointsReturned(Event):
    """An exchange was cancelled, has lapsed, or its reward came back; its points with it.

    ``expired`` says that the holder's wallet is closed, so that the points are nobody's any more.
    """

    source, type, subject = "ledger", "points.returned.v1", "exchange_id"

    exchange_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    code = fields.String(required=True)
    quantity = fields.Integer(required=True, strict=True)
    points = fields.Integer(required=True, strict=True)
    state = fields.Enum(ExchangeState, by_value=True, required=True)
    damaged = fields.Boolean(required=True)
    expired = fields.Boolean(required=True)
    reason = fields.String(required=True, allow_none=True)
    acted_by = fields.UUID(required=True, allow_none=True)


class InsufficientPoints(Error):
    """There are not enough points for this."""

    code, status = "insufficient_points", 409


class HandedOver(Error):
    """This reward has been handed over already."""

    code, status = "handed_over", 409


class NotHandedOver(Error):
    """This reward has not been handed over yet."""

    code, status = "not_handed_over", 409


class ExchangeEnded(Error):
    """This exchange has ended, and its points have come back."""

    code, status = "exchange_ended", 409


class WrongPickUpCode(Error):
    """This is not the code of this exchange."""

    code, status, keeps_changes = "wrong_pickup_code", 409, True


class TooManyPickUpCodes(Error):
    """Too many wrong codes: try again later."""

    code, status = "too_many_pickup_codes", 429


class ReturnTooLate(Error):
    """The time in which this reward could be returned is over."""

    code, status = "return_too_late", 409
