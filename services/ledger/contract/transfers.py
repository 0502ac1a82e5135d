"""Minutes moved between the districts' budgets, all or none (S16)."""

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.kernel.contract import Answer, Minutes, Request
from services.ledger.contract.basics import AMOUNT, DISTRICT, REASON
from services.ledger.contract.budgets import BudgetAnswer


MOST_TRANSFERS = 50


class BudgetTransfer(Schema):
    """From one district's budget to another's."""

    from_district = fields.String(required=True, validate=DISTRICT)
    to_district = fields.String(required=True, validate=DISTRICT)
    minutes = Minutes(required=True, validate=AMOUNT)

    @validates_schema
    def leads_elsewhere(self, data: dict[str, object], **_: object) -> None:
        if data["from_district"] == data["to_district"]:
            raise ValidationError("Another district than the first.", "to_district")


class TransferBudgets(Request):
    """A city officer moves minutes between districts' budgets: all of these transfers, or none.

    They take effect one after the other: a later one may move on what an earlier one brought.
    """

    transfers = fields.List(
        fields.Nested(BudgetTransfer),
        required=True,
        validate=validate.Length(1, MOST_TRANSFERS),
    )
    reason = fields.String(required=True, validate=REASON)


class PostedBudgetTransfer(Answer):
    transfer_id = fields.UUID(required=True)
    from_district = fields.String(required=True)
    to_district = fields.String(required=True)
    minutes = fields.Integer(required=True)


class BudgetTransfersAnswer(Answer):
    transfers = fields.List(fields.Nested(PostedBudgetTransfer), required=True)
    budgets = fields.List(fields.Nested(BudgetAnswer), required=True)
