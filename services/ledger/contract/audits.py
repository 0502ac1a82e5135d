"""What the audits of the ledger found."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ListAudits(Request):
    """The last audits: how far each followed the chain, and the first difference it found."""

    limit = fields.Integer(load_default=10, validate=validate.Range(1, 100))


class AuditLine(Answer):
    audit_id = fields.Integer(required=True)
    started_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True)
    height = fields.Integer(required=True)
    block_hash = fields.String(required=True)
    transfers = fields.Integer(required=True)
    difference = fields.String(allow_none=True)


class AuditsAnswer(Answer):
    items = fields.List(fields.Nested(AuditLine), required=True)
