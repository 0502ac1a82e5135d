"""The elder's word on a visit (S8)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


MOST_WORDS = 1000
STARS = validate.Range(1, 5)


class Channel(StrEnum):
    """How the elder's word reached us (S8)."""

    PLATFORM = "platform"
    PHONE_CALL = "phone_call"
    HOME_VISIT = "home_visit"
    PAPER_FORM = "paper_form"


class Dimensions:
    """What the elder may say beside the overall: four from 1 to 5, and whether to come again."""

    punctual = fields.Integer(strict=True, load_default=None, allow_none=True, validate=STARS)
    attitude = fields.Integer(strict=True, load_default=None, allow_none=True, validate=STARS)
    skill = fields.Integer(strict=True, load_default=None, allow_none=True, validate=STARS)
    safety = fields.Integer(strict=True, load_default=None, allow_none=True, validate=STARS)
    again = fields.Boolean(truthy={True}, falsy={False}, load_default=None, allow_none=True)
    wants_to_complain = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class RateVisit(Dimensions, Request):
    """The elder rates the visit, or the agency's clerk records what the elder said (S8)."""

    visit_id = fields.UUID(required=True)
    stars = fields.Integer(required=True, strict=True, validate=STARS)
    words = fields.String(load_default="", validate=validate.Length(max=MOST_WORDS))
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.PLATFORM)


class EditRating(RateVisit):
    """Say it anew while the visit can be rated; what was said before is kept."""


class AnswerRating(Request):
    """The volunteer answers the elder's rating, once."""

    visit_id = fields.UUID(required=True)
    words = fields.String(required=True, validate=validate.Length(1, MOST_WORDS))


class ShowRating(Request):
    """The rating of one visit."""

    visit_id = fields.UUID(required=True)


class RatingVersion(Answer):
    """What was said at one time."""

    version = fields.Integer()
    stars = fields.Integer(required=True)
    punctual = fields.Integer(allow_none=True)
    attitude = fields.Integer(allow_none=True)
    skill = fields.Integer(allow_none=True)
    safety = fields.Integer(allow_none=True)
    again = fields.Boolean(allow_none=True)
    wants_to_complain = fields.Boolean(
        allow_none=True, metadata={"description": "Not told to the volunteer."}
    )
    words = fields.String()
    channel = fields.String(required=True)
    rated_by = fields.UUID(required=True)
    rated_at = fields.AwareDateTime(required=True)
    policy_version = fields.Integer(allow_none=True)


class VolunteersWord(Answer):
    """What the volunteer answered."""

    words = fields.String(required=True)
    answered_at = fields.AwareDateTime(required=True)
    policy_version = fields.Integer(allow_none=True)


class RatingAnswer(RatingVersion):
    rating_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    state = fields.String()
    former = fields.List(
        fields.Nested(RatingVersion),
        metadata={"description": "What was said before, oldest first."},
    )
    answer = fields.Nested(VolunteersWord, allow_none=True)


class RatingGiven(Event):
    """An elder has said how satisfied they are."""

    source, type, subject = "rating", "rating.given.v1", "rating_id"

    rating_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    stars = fields.Integer(required=True, strict=True)
    channel = fields.Enum(Channel, by_value=True, required=True)
    rated_by = fields.UUID(required=True)
    punctual = fields.Integer(strict=True, allow_none=True)
    attitude = fields.Integer(strict=True, allow_none=True)
    skill = fields.Integer(strict=True, allow_none=True)
    safety = fields.Integer(strict=True, allow_none=True)
    again = fields.Boolean(allow_none=True)
    wants_to_complain = fields.Boolean()
    policy_version = fields.Integer(strict=True)


class RatingEdited(RatingGiven):
    """An elder has said it anew; ``former_stars`` is what the rating said until then."""

    type = "rating.edited.v1"

    version = fields.Integer(required=True, strict=True)
    former_stars = fields.Integer(required=True, strict=True)


class RatingAnswered(Event):
    """The volunteer has answered the rating of a visit."""

    source, type, subject = "rating", "rating.answered.v1", "rating_id"

    rating_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    policy_version = fields.Integer(strict=True)


class AlreadyRated(Error):
    """This visit has been rated."""

    code, status = "already_rated", 409


class AlreadyAnswered(Error):
    """This rating has been answered."""

    code, status = "already_answered", 409


class NotRatedYet(Error):
    """This visit has not been rated."""

    code, status = "not_rated_yet", 409


class NotTheElder(Error):
    """Only the elder who was served, or the agency's clerk for them, rates a visit."""

    code, status = "not_the_elder", 403


class RatingWindowClosed(Error):
    """The time for rating this visit is over."""

    code, status = "rating_window_closed", 409
