"""Budgets of the districts, and grants from them (S16)."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.ledger.contract.basics import AMOUNT, DISTRICT, REASON


class TopUpBudget(Request):
    """The city issues minutes into a district's budget (S16)."""

    district = fields.String(required=True, validate=DISTRICT)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class ShowBudget(Request):
    """What a district has left to grant."""

    district = fields.String(required=True, validate=DISTRICT)


class BudgetAnswer(Answer):
    district = fields.String(required=True)
    minutes = fields.Integer(required=True)


class GrantCoins(Request):
    """A district officer grants coins from the district's budget to a special-group elder (S16)."""

    person_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class GrantAnswer(Answer):
    grant_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    district = fields.String(required=True)
    minutes = fields.Integer(required=True)


class CoinsGranted(Event):
    """A district has granted coins from its budget (S16)."""

    source, type, subject = "ledger", "coins.granted.v1", "grant_id"

    grant_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    granted_by = fields.UUID(required=True)


class InsufficientBudget(Error):
    """The district's budget does not cover this."""

    code, status = "insufficient_budget", 409


class NotInSpecialGroup(Error):
    """Coins are granted to elders of the special groups."""

    code, status = "not_in_special_group", 409
