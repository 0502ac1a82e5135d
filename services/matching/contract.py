"""What matching promises to the other services and to the gateway."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request


class Category(StrEnum):
    """The eight categories of service (S6)."""

    EMOTIONAL_COMFORT = "emotional_comfort"
    ASSISTANCE = "assistance"
    ACCOMPANYING = "accompanying"
    CULTURE_AND_SPORT = "culture_and_sport"
    HEALTH_EDUCATION = "health_education"
    LEGAL_AID = "legal_aid"
    TRAINING_AND_LECTURES = "training_and_lectures"
    RISK_GUIDANCE = "risk_guidance"


class RequestState(StrEnum):
    """submitted → open → accepted → underway → completed; see the service's README for the rest."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    OPEN = "open"
    ACCEPTED = "accepted"
    UNDERWAY = "underway"
    EXCEPTED = "excepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


MINUTES_A_REQUEST = validate.Range(1, 24 * 60)


class Place(Request):
    """Where the visit takes place; the address is shown to the accepted volunteer only."""

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    address = fields.String(required=True, validate=validate.Length(1, 200))


class ListCategories(Request):
    """The catalogue."""


class SubmitRequest(Request):
    """Ask for help, for oneself or, as a clerk, for an elder of one's area (S14, S15)."""

    elder_id = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = Minutes(required=True, validate=MINUTES_A_REQUEST)
    place = fields.Nested(Place, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=500))


class ShowRequest(Request):
    """One request; ``wait_seconds`` lets the caller wait until the coins are held or refused."""

    request_id = fields.UUID(required=True)
    wait_seconds = fields.Integer(load_default=0, validate=validate.Range(0, 10))


class ListRequests(Request):
    """The requests of one elder, or those one volunteer has booked; newest first."""

    elder_id = fields.UUID(load_default=None)
    volunteer_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ListNearbyRequests(Request):
    """Open requests around a position, nearest first (S14: near and convenient)."""

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    radius_metres = fields.Integer(load_default=5000, validate=validate.Range(1, 50_000))
    category = fields.Enum(Category, by_value=True, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class AcceptRequest(Request):
    """A verified volunteer books an open request."""

    request_id = fields.UUID(required=True)


class CancelRequest(Request):
    """The elder, or the clerk for them, no longer needs the visit."""

    request_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class ReleaseBooking(Request):
    """The volunteer cannot come; the request opens again."""

    booking_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class ShowBooking(Request):
    """One booking, with the address for its volunteer."""

    booking_id = fields.UUID(required=True)


class CheckIn(Request):
    """The volunteer is at the place and begins (S7); a pupil's guardian must be there (S1)."""

    booking_id = fields.UUID(required=True)
    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    guardian_present = fields.Boolean(load_default=False)


class CheckOut(Request):
    """The volunteer has finished and leaves the place (S7)."""

    booking_id = fields.UUID(required=True)
    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))


class ShowVisit(Request):
    """One visit with its minutes explained."""

    visit_id = fields.UUID(required=True)


class DecideException(Request):
    """A clerk settles a visit whose record is incomplete: minutes to credit, with the reason."""

    visit_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=validate.Range(0, 24 * 60))
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class SweepDue(Request):
    """Settle what time has overtaken: expired requests, no-shows, missing check-outs."""


class CategoryAnswer(Answer):
    category = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class CategoriesAnswer(Answer):
    items = fields.List(fields.Nested(CategoryAnswer), required=True)


class RequestAnswer(Answer):
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    state = fields.String(required=True)
    refusal = fields.String(allow_none=True)
    category = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True)
    district = fields.String(required=True)
    street = fields.String(required=True)
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    address = fields.String(allow_none=True)
    note = fields.String()
    booking_id = fields.UUID(allow_none=True)
    volunteer_id = fields.UUID(allow_none=True)
    visit_id = fields.UUID(allow_none=True)
    distance_metres = fields.Integer(allow_none=True)


class RequestsAnswer(Answer):
    items = fields.List(fields.Nested(RequestAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class BookingAnswer(Answer):
    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    state = fields.String(required=True)
    address = fields.String(allow_none=True)
    visit_id = fields.UUID(allow_none=True)


class Step(Answer):
    """One step of "why these minutes": the rule applied and the minutes after it."""

    rule = fields.String(required=True)
    minutes = fields.Integer(required=True)


class VisitAnswer(Answer):
    visit_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    state = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    policy_version = fields.Integer(allow_none=True)
    explanation = fields.List(fields.Nested(Step))


class SweepAnswer(Answer):
    expired = fields.Integer(required=True)
    no_shows = fields.Integer(required=True)
    excepted = fields.Integer(required=True)


class RequestSubmitted(Event):
    """An elder asks for help; the coins are not held yet."""

    source, type, subject = "matching", "request.submitted.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    submitted_by = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    minutes = fields.Integer(required=True, strict=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    street = fields.String(required=True)


class RequestOpened(Event):
    """The coins are held: volunteers may book."""

    source, type, subject = "matching", "request.opened.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    category = fields.Enum(Category, by_value=True, required=True)
    minutes = fields.Integer(required=True, strict=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class RequestCancelled(Event):
    """The elder no longer needs the visit."""

    source, type, subject = "matching", "request.cancelled.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    cancelled_by = fields.UUID(required=True)
    reason = fields.String(required=True)


class RequestExpired(Event):
    """Nobody had accepted by the start."""

    source, type, subject = "matching", "request.expired.v1", "request_id"

    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)


class BookingAccepted(Event):
    """A volunteer will come."""

    source, type, subject = "matching", "booking.accepted.v1", "booking_id"

    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)


class BookingReleased(Event):
    """The volunteer will not come after all; the request is open again."""

    source, type, subject = "matching", "booking.released.v1", "booking_id"

    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    late = fields.Boolean(required=True)


class VisitStarted(Event):
    """The volunteer has checked in at the place."""

    source, type, subject = "matching", "visit.started.v1", "visit_id"

    visit_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    started_at = fields.AwareDateTime(required=True)


class VisitCompleted(Event):
    """A visit is proven: ``minutes`` are to be paid from what was held, the rest goes back."""

    source, type, subject = "matching", "visit.completed.v1", "visit_id"

    visit_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(0, 24 * 60))
    policy_version = fields.Integer(required=True, strict=True)
    street = fields.String(required=True)
    explanation = fields.List(fields.Dict(keys=fields.String()), required=True)


class VisitExcepted(Event):
    """A visit's record is incomplete; nothing is paid until a clerk decides."""

    source, type, subject = "matching", "visit.excepted.v1", "visit_id"

    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    reason = fields.String(required=True)


class VisitNoShow(Event):
    """The volunteer accepted and never checked in."""

    source, type, subject = "matching", "visit.no-show.v1", "booking_id"

    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)


class PersonNotVerified(Error):
    """Only people verified at the desk may ask for help or give it."""

    code, status = "person_not_verified", 403


class NotYetElder(Error):
    """Coins are redeemed for service from the age that the policy sets."""

    code, status = "not_yet_elder", 409


class NotAVolunteer(Error):
    """Volunteers declare that they are willing and in good health."""

    code, status = "not_a_volunteer", 403


class InvalidWindow(Error):
    """The time window is in the past, too short for the minutes, or ends before it begins."""

    code, status = "invalid_window", 422


class RequestNotOpen(Error):
    """This request is not open: somebody else was first, or it has ended."""

    code, status = "request_not_open", 409


class OwnRequest(Error):
    """Nobody serves themselves."""

    code, status = "own_request", 409


class OverlappingBooking(Error):
    """You have another booking at that time."""

    code, status = "overlapping_booking", 409


class TooFar(Error):
    """You are too far from the place of the visit."""

    code, status = "too_far", 409


class OutsideWindow(Error):
    """It is too early or too late for this."""

    code, status = "outside_window", 409


class NotCheckedIn(Error):
    """There is no check-in to check out from."""

    code, status = "not_checked_in", 409


class AlreadyCheckedIn(Error):
    """This visit has begun already."""

    code, status = "already_checked_in", 409


class GuardianAbsent(Error):
    """A pupil serves only when led by the guardian."""

    code, status = "guardian_absent", 409


class WrongState(Error):
    """This cannot be done at this stage."""

    code, status = "wrong_state", 409
