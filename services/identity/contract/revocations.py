"""Which tokens are void: asked for by whoever checks tokens, every second or so."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


MOST_REVOCATIONS = 1000


class ListRevocations(Request):
    """Whose tokens have become void since the cursor of the answer before (for operators).

    A token says its person's generation, as the claim ``gen``; it is void when it says a smaller
    one than is told here. What is told again changes nothing.
    """

    limit = fields.Integer(load_default=MOST_REVOCATIONS, validate=validate.Range(1, 1000))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class RevocationAnswer(Answer):
    person_id = fields.UUID(required=True)
    generation = fields.Integer(required=True)
    revoked_at = fields.AwareDateTime(required=True)


class RevocationsAnswer(Answer):
    items = fields.List(fields.Nested(RevocationAnswer), required=True)
    next_cursor = fields.String(
        required=True, metadata={"description": "Where to go on, now or a second later."}
    )
    has_more = fields.Boolean(required=True)
