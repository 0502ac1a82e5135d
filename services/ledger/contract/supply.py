"""Where all coins are, and whether enough service stands against them."""

from marshmallow import fields

from services.kernel.contract import Answer, Request
from services.ledger.contract.basics import DISTRICT


class ShowSupply(Request):
    """Where the city's coins are: by kind of account, district and provenance."""


class ShowSolvency(Request):
    """Coins outstanding by age against service supplied; of one district, or of the city."""

    district = fields.String(load_default=None, validate=DISTRICT)


class SupplyLine(Answer):
    kind = fields.String(required=True)
    district = fields.String(allow_none=True)
    provenance = fields.String(allow_none=True)
    minutes = fields.Integer(required=True)


class SupplyAnswer(Answer):
    supply_minutes = fields.Integer(required=True)
    items = fields.List(fields.Nested(SupplyLine), required=True)


class AgeBand(Answer):
    from_age = fields.Integer(required=True)
    until_age = fields.Integer(allow_none=True)
    minutes = fields.Integer(required=True)


class SolvencyDay(Answer):
    day = fields.Date(required=True)
    supplied_minutes = fields.Integer(required=True)
    expected_minutes = fields.Integer(required=True)
    redeemable_minutes = fields.Integer(required=True)
    cover_percent = fields.Integer(allow_none=True)


class SolvencyAnswer(Answer):
    """``cover_percent`` is what may be expected within the horizon per what may be redeemed."""

    district = fields.String(allow_none=True)
    day = fields.Date(required=True)
    horizon_days = fields.Integer(required=True)
    outstanding_minutes = fields.Integer(required=True)
    bands = fields.List(fields.Nested(AgeBand), required=True)
    supplied_30_days = fields.Integer(required=True)
    supplied_90_days = fields.Integer(required=True)
    supplied_365_days = fields.Integer(required=True)
    expected_minutes = fields.Integer(required=True)
    redeemable_minutes = fields.Integer(required=True)
    cover_percent = fields.Integer(allow_none=True)
    trend = fields.List(fields.Nested(SolvencyDay), required=True)
