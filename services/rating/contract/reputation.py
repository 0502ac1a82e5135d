"""What a volunteer's ratings add up to, and the one rule of how few of them are weighed."""

from marshmallow import fields

from services.kernel.contract import Answer, Event, Request


def shrunken_mean(ratings: int, stars_sum: int, prior_stars: float, prior_ratings: float) -> float:
    """The mean of the ratings, drawn towards what is usual while they are few.

    The policy's ``finding.prior_stars`` says what is usual, ``prior_ratings`` what that weighs. Who
    shrinks, shrinks by this: what volunteers see of themselves is the number that ranks them.

    >>> shrunken_mean(0, 0, 4, 5), shrunken_mean(5, 25, 4, 5)
    (4.0, 4.5)
    """
    return (prior_stars * prior_ratings + stars_sum) / (prior_ratings + ratings)


class ShowReputation(Request):
    """A volunteer's reputation: overall, by category of service and by district."""

    person_id = fields.UUID(required=True)


class RecountReputation(Request):
    """Count a volunteer's reputation and service anew and compare with what is kept."""

    person_id = fields.UUID(required=True)


class ReputationPart(Answer):
    """Of one category, or in one district."""

    code = fields.String(required=True)
    ratings = fields.Integer(required=True)
    stars_sum = fields.Integer(required=True)
    average = fields.String(required=True, allow_none=True)
    shrunken = fields.String(required=True)


class ReputationAnswer(Answer):
    person_id = fields.UUID(required=True)
    ratings = fields.Integer(required=True)
    stars_sum = fields.Integer(required=True)
    average = fields.String(allow_none=True)
    shrunken = fields.String(
        metadata={"description": "Drawn towards what is usual while ratings are few."}
    )
    policy_version = fields.Integer()
    by_category = fields.List(fields.Nested(ReputationPart))
    by_district = fields.List(fields.Nested(ReputationPart))


class RecountAnswer(Answer):
    """``equal`` when what is kept is what the ratings and visits add up to."""

    person_id = fields.UUID(required=True)
    equal = fields.Boolean(required=True)
    ratings = fields.Integer(required=True)
    stars_sum = fields.Integer(required=True)
    counted_ratings = fields.Integer(required=True)
    counted_stars_sum = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    counted_minutes = fields.Integer(required=True)


class ReputationChanged(Event):
    """A volunteer's ratings add up to this now."""

    source, type, subject = "rating", "reputation.changed.v1", "volunteer_id"

    volunteer_id = fields.UUID(required=True)
    ratings = fields.Integer(required=True, strict=True)
    stars_sum = fields.Integer(required=True, strict=True)
