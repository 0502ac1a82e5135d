"""Points exchanged for rewards (S10). Points are a unit of their own and never become coins."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.ledger.contract.basics import DISTRICT


# ASCII only, and no line end after them, which $ alone would let pass.
CODE = validate.Regexp(r"^[a-z0-9-]{2,40}(?!\n)$", error="2 to 40 of a to z, 0 to 9 and -.")
NAME = validate.Length(1, 100)
POINTS = validate.Range(1, 1_000_000)
MOST_STOCK = 1_000_000
STOCK = validate.Range(0, MOST_STOCK)
QUANTITY = validate.Range(1, 100)
LIMIT = validate.Range(1, 100)
CURSOR = validate.Length(max=200)


class Whole(Minutes):
    """A whole number as a JSON integer: never a float, a string or a boolean."""


class AddReward(Request):
    """An officer puts a reward of the district, or of the whole city, into the catalogue (S10)."""

    code = fields.String(required=True, validate=CODE)
    district = fields.String(required=True, validate=DISTRICT)
    name_zh = fields.String(required=True, validate=NAME)
    name_en = fields.String(required=True, validate=NAME)
    points = Whole(required=True, validate=POINTS)
    stock = Whole(required=True, validate=STOCK)


class ChangeReward(Request):
    """An officer renames or prices a reward anew, or adds to its stock; exchanges made stay (S10).

    ``stock_added`` may be negative. It is a difference, since people exchange meanwhile.
    """

    code = fields.String(required=True, validate=CODE)
    name_zh = fields.String(validate=NAME)
    name_en = fields.String(validate=NAME)
    points = Whole(validate=POINTS)
    stock_added = Whole(load_default=0, validate=validate.Range(-MOST_STOCK, MOST_STOCK))


class ListRewards(Request):
    """The catalogue by code: everybody's, or what a district and the city offer (S10)."""

    district = fields.String(load_default=None, validate=DISTRICT)
    limit = fields.Integer(load_default=20, validate=LIMIT)
    cursor = fields.String(load_default=None, validate=CURSOR)


class ExchangePoints(Request):
    """Exchange points for a reward, which is then set aside to be handed over (S10).

    A clerk of the street may exchange for somebody by naming the ``person_id``.
    """

    person_id = fields.UUID(load_default=None, allow_none=True)
    code = fields.String(required=True, validate=CODE)
    quantity = Whole(load_default=1, validate=QUANTITY)


class HandOverReward(Request):
    """A clerk or officer has handed an exchanged reward over (S10)."""

    exchange_id = fields.UUID(required=True)


class ListExchanges(Request):
    """A person's exchanges, newest first; one's own unless a ``person_id`` is named (S10)."""

    person_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=20, validate=LIMIT)
    cursor = fields.String(load_default=None, validate=CURSOR)


class RewardAnswer(Answer):
    code = fields.String(required=True)
    district = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    points = fields.Integer(required=True)
    stock = fields.Integer(required=True)


class RewardsAnswer(Answer):
    items = fields.List(fields.Nested(RewardAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


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


class RewardExists(Error):
    """There is a reward of this code already."""

    code, status = "reward_exists", 409


class OutOfStock(Error):
    """There is not so much of this reward left."""

    code, status = "out_of_stock", 409


class InsufficientPoints(Error):
    """There are not enough points for this."""

    code, status = "insufficient_points", 409


class HandedOver(Error):
    """This reward has been handed over already."""

    code, status = "handed_over", 409
