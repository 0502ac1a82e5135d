"""A look at a request before it opens, where the policy asks for one."""

from marshmallow import fields, validate

from services.kernel.contract import Request


class ListReviews(Request):
    """Requests of an area that wait for a review, the longest waiting first."""

    area = fields.String(required=True, validate=validate.Regexp(r"^[0-9]{6}([0-9]{3})?$"))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ReviewRequest(Request):
    """A reviewer opens the request, or refuses it with the reason; then the coins go back."""

    request_id = fields.UUID(required=True)
    approved = fields.Boolean(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))
