"""Elders who wish to complain, for the agency and the officers to call back."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


class ListComplaints(Request):
    """Ratings of a street or district whose newest word is a wish to complain, newest first."""

    area = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{6}([0-9]{3})?$"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ComplaintAnswer(Answer):
    rating_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    stars = fields.Integer(required=True)
    words = fields.String(required=True)
    channel = fields.String(required=True)
    rated_at = fields.AwareDateTime(required=True)


class ComplaintsAnswer(Answer):
    items = fields.List(fields.Nested(ComplaintAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
