"""The catalogue of rewards (S10), which points are exchanged for."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Minutes, Request
from services.ledger.contract.basics import DISTRICT


# ASCII only, and no line end after them, which $ alone would let pass.
CODE = validate.Regexp(r"^[a-z0-9-]{2,40}(?!\n)$", error="2 to 40 of a to z, 0 to 9 and -.")
NAME = validate.Length(1, 100)
POINTS = validate.Range(1, 1_000_000)
MOST_STOCK = 1_000_000
STOCK = validate.Range(0, MOST_STOCK)
QUANTITY = validate.Range(1, 100)
A_PERSON = validate.Range(1, 1_000_000)
LIMIT = validate.Range(1, 100)
CURSOR = validate.Length(max=200)


class RewardState(StrEnum):
    """Whether a reward may be exchanged for; what is withdrawn may come back."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Whole(Minutes):
    """A whole number as a JSON integer: never a float, a string or a boolean."""


class AddReward(Request):
    """An officer puts a reward of the district, or of the whole city, into the catalogue (S10).

    A district's rewards are for its own people, who its budget is for; the city's are for all.
    """

    code = fields.String(required=True, validate=CODE)
    district = fields.String(required=True, validate=DISTRICT)
    name_zh = fields.String(required=True, validate=NAME)
    name_en = fields.String(required=True, validate=NAME)
    points = Whole(required=True, validate=POINTS)
    stock = Whole(required=True, validate=STOCK)
    most_a_person = Whole(
        load_default=None,
        allow_none=True,
        validate=A_PERSON,
        metadata={"description": "Pieces that one person may have of it; no limit without."},
    )


class ChangeReward(Request):
    """An officer renames, prices or withdraws a reward, or adds to its stock (S10).

    Exchanges made stay. ``stock_added`` may be negative. It is a difference, since people exchange
    meanwhile.
    """

    code = fields.String(required=True, validate=CODE)
    name_zh = fields.String(validate=NAME)
    name_en = fields.String(validate=NAME)
    points = Whole(validate=POINTS)
    stock_added = Whole(load_default=0, validate=validate.Range(-MOST_STOCK, MOST_STOCK))
    most_a_person = Whole(allow_none=True, validate=A_PERSON)
    state = fields.Enum(RewardState, by_value=True)


class ListRewards(Request):
    """The catalogue by code: everybody's, or what a district and the city offer (S10)."""

    district = fields.String(load_default=None, validate=DISTRICT)
    withdrawn = fields.Boolean(
        truthy={True, "true"},
        falsy={False, "false"},
        load_default=False,
        metadata={"description": "Also those that are withdrawn."},
    )
    limit = fields.Integer(load_default=20, validate=LIMIT)
    cursor = fields.String(load_default=None, validate=CURSOR)


class RewardAnswer(Answer):
    code = fields.String(required=True)
    district = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    points = fields.Integer(required=True)
    stock = fields.Integer(required=True)
    state = fields.String()
    most_a_person = fields.Integer(allow_none=True)


class RewardsAnswer(Answer):
    items = fields.List(fields.Nested(RewardAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class RewardExists(Error):
    """There is a reward of this code already."""

    code, status = "reward_exists", 409


class OutOfStock(Error):
    """There is not so much of this reward left."""

    code, status = "out_of_stock", 409


class RewardWithdrawn(Error):
    """This reward is not offered any more."""

    code, status = "reward_withdrawn", 409


class RewardOfAnotherDistrict(Error):
    """This reward is for the people of another district."""

    code, status = "reward_of_another_district", 409


class PriceChanged(Error):
    """It costs other points by now than those that were seen."""

    code, status = "price_changed", 409


class MostExchanged(Error):
    """Nobody may have more pieces of this reward."""

    code, status = "most_exchanged", 409
