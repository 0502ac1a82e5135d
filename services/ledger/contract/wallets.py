"""What a holder, and whoever audits, may ask about balances and movements."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ShowWallet(Request):
    """A person's coins by provenance, and what is held; now, or as of a time."""

    person_id = fields.UUID(required=True)
    at = fields.AwareDateTime(load_default=None)


class WalletAnswer(Answer):
    """``held_minutes`` and ``disputed_minutes`` are set aside: not part of ``total_minutes``."""

    person_id = fields.UUID(required=True)
    earned_minutes = fields.Integer(required=True)
    granted_minutes = fields.Integer(required=True)
    gifted_minutes = fields.Integer(required=True)
    total_minutes = fields.Integer(required=True)
    held_minutes = fields.Integer(required=True)
    disputed_minutes = fields.Integer()
    coins = fields.String(required=True)
    points = fields.Integer(required=True)
    state = fields.String(required=True)
    at = fields.AwareDateTime(allow_none=True)


class ShowStatement(Request):
    """A person's entries, newest first, each with the balance after it."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


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


class PrintStatement(Request):
    """A person's entries of a period, oldest first, from opening to closing balance.

    Both dates belong to the period and are days of the city's time.
    """

    person_id = fields.UUID(required=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)


class ShowAdmission(Request):
    """How near a volunteer is to the coins that open a public care home (S9)."""

    person_id = fields.UUID(required=True)


class PrintedLine(StatementLine):
    number = fields.Integer(required=True)


class PrintedStatement(Answer):
    person_id = fields.UUID(required=True)
    name = fields.String(allow_none=True)
    from_date = fields.Date(required=True)
    until_date = fields.Date(required=True)
    opening_minutes = fields.Integer(required=True)
    closing_minutes = fields.Integer(required=True)
    items = fields.List(fields.Nested(PrintedLine), required=True)
    truncated = fields.Boolean(required=True)
    height = fields.Integer(required=True)
    block_hash = fields.String(required=True)
    printed_at = fields.AwareDateTime(required=True)


class AdmissionAnswer(Answer):
    person_id = fields.UUID(required=True)
    counted_minutes = fields.Integer(required=True)
    needed_minutes = fields.Integer(required=True)
    eligible = fields.Boolean(required=True)
    reserved_minutes = fields.Integer(required=True)
    application_id = fields.UUID(allow_none=True)
    policy_version = fields.Integer(required=True)


class ShowTrialBalance(Request):
    """The sums of all accounts by kind; their total is zero."""


class TrialBalanceLine(Answer):
    kind = fields.String(required=True)
    unit = fields.String(required=True)
    accounts = fields.Integer(required=True)
    amount = fields.Integer(required=True)


class TrialBalanceAnswer(Answer):
    items = fields.List(fields.Nested(TrialBalanceLine), required=True)
    total_minutes = fields.Integer(required=True)
    supply_minutes = fields.Integer(required=True)
    total_points = fields.Integer(required=True)
    supply_points = fields.Integer(required=True)
    transfers = fields.Integer(required=True)
