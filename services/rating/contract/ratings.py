"""The elder's word on a visit (S8)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


class Channel(StrEnum):
    """How the elder's word reached us (S8)."""

    PLATFORM = "platform"
    PHONE_CALL = "phone_call"
    HOME_VISIT = "home_visit"
    PAPER_FORM = "paper_form"


class RateVisit(Request):
    """The elder rates the visit, or the agency's clerk records what the elder said (S8)."""

    visit_id = fields.UUID(required=True)
    stars = fields.Integer(required=True, strict=True, validate=validate.Range(1, 5))
    words = fields.String(load_default="", validate=validate.Length(max=1000))
    channel = fields.Enum(Channel, by_value=True, load_default=Channel.PLATFORM)


class ShowRating(Request):
    """The rating of one visit."""

    visit_id = fields.UUID(required=True)


class RatingAnswer(Answer):
    rating_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    stars = fields.Integer(required=True)
    words = fields.String()
    channel = fields.String(required=True)
    rated_by = fields.UUID(required=True)
    rated_at = fields.AwareDateTime(required=True)


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


class AlreadyRated(Error):
    """This visit has been rated."""

    code, status = "already_rated", 409


class NotTheElder(Error):
    """Only the elder who was served, or the agency's clerk for them, rates a visit."""

    code, status = "not_the_elder", 403


class RatingWindowClosed(Error):
    """The time for rating this visit is over."""

    code, status = "rating_window_closed", 409
