"""Stars for hours of proven service (S10)."""

from marshmallow import fields

from services.kernel.contract import Answer, Event, Request


class ShowStars(Request):
    """A volunteer's stars, and the way to the next one."""

    person_id = fields.UUID(required=True)


class StarStep(Answer):
    """A rule with the values that it compared, in words; ``code`` names the step."""

    code = fields.String(required=True)
    rule = fields.String(required=True, allow_none=True)
    values = fields.Dict(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class StarAnswer(Answer):
    """A star that was reached, and what the volunteer had then."""

    star = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    hours = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    reached_at = fields.AwareDateTime(required=True)
    policy_version = fields.Integer(required=True)
    steps = fields.List(
        fields.Nested(StarStep),
        metadata={"description": "Why it was reached, by the version of the policy of then."},
    )


class StarsAnswer(Answer):
    """``zh`` and ``en`` say the way to the next star in words."""

    person_id = fields.UUID(required=True)
    stars = fields.Integer(required=True)
    minutes = fields.Integer(
        required=True, metadata={"description": "Of proven service, whatever became of the coins."}
    )
    reached = fields.List(fields.Nested(StarAnswer), required=True)
    next_star = fields.Integer(required=True, allow_none=True)
    minutes_left = fields.Integer(required=True, allow_none=True)
    reputation_needed = fields.String(required=True, allow_none=True)
    policy_version = fields.Integer(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    steps = fields.List(
        fields.Nested(StarStep),
        metadata={"description": "Why the next star is not reached yet, by the policy in force."},
    )


class StarReached(Event):
    """A volunteer has served so many hours; a star is reached once and never lost."""

    source, type, subject = "rating", "star.reached.v1", "volunteer_id"

    volunteer_id = fields.UUID(required=True)
    star = fields.Integer(required=True, strict=True)
    hours = fields.Integer(required=True, strict=True)
    minutes = fields.Integer(required=True, strict=True)
    ratings = fields.Integer(required=True, strict=True)
    stars_sum = fields.Integer(required=True, strict=True)
    policy_version = fields.Integer(required=True, strict=True)
    reached_at = fields.AwareDateTime(required=True)
