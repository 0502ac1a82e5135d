"""The visit itself: check-in, check-out, how each was proven, its minutes."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.matching.contract.exceptions import ExceptionAnswer


# Six digits from a phone, eight from a printed card.
CODE = validate.Regexp(
    r"^([0-9]{6}|[0-9]{8})$", error="Six digits from a phone, eight from a card."
)
DEVICE = validate.Length(8, 200)


class ProofMethod(StrEnum):
    """What an end of a visit was proven by; ``clerk`` when a clerk had to say it."""

    POSITION = "position"
    CODE = "code"
    CARD = "card"
    CLERK = "clerk"


class PlaceProof:
    """A position, or a code that the elder's phone or card showed; both are kept when given.

    ``device`` is what the app calls the phone it runs on; it is kept as a keyed hash.
    """

    latitude = fields.Float(
        load_default=None, allow_none=True, allow_nan=False, validate=validate.Range(-90, 90)
    )
    longitude = fields.Float(
        load_default=None, allow_none=True, allow_nan=False, validate=validate.Range(-180, 180)
    )
    code = fields.String(load_default=None, allow_none=True, validate=CODE)
    device = fields.String(load_default=None, allow_none=True, validate=DEVICE)


class CheckIn(PlaceProof, Request):
    """The volunteer is at the place and begins (S7); a pupil's guardian must be there (S1)."""

    booking_id = fields.UUID(required=True)
    guardian_present = fields.Boolean(load_default=False)
    guardian_code = fields.String(load_default=None, allow_none=True, validate=CODE)


class CheckOut(PlaceProof, Request):
    """The volunteer has finished and leaves the place (S7)."""

    booking_id = fields.UUID(required=True)


class ConfirmPresence(Request):
    """A pupil's guardian, signed in, says at the place that they are there (S1)."""

    booking_id = fields.UUID(required=True)
    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))
    device = fields.String(load_default=None, allow_none=True, validate=DEVICE)


class PresenceAnswer(Answer):
    booking_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    confirmed_at = fields.AwareDateTime(required=True)
    distance_metres = fields.Integer(required=True)


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


class Step(Answer):
    """One step of "why these minutes": the rule applied and the minutes after it."""

    rule = fields.String(required=True)
    minutes = fields.Integer(required=True)


class VisitPlace(Answer):
    """Where; the address for those who may know the door."""

    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)
    street = fields.String(required=True)
    address = fields.String(allow_none=True)


class ProofAnswer(Answer):
    """How one end of a visit was proven: when it was, when we heard of it, and by what."""

    method = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    distance_metres = fields.Integer(allow_none=True)
    offline = fields.Boolean(required=True)


class VisitAnswer(Answer):
    """The six facts: what, for whom, by whom, on which day, where, from when until when."""

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
    category = fields.String()
    item_code = fields.String(allow_none=True)
    date = fields.Date()
    place = fields.Nested(VisitPlace)
    planned_minutes = fields.Integer()
    start_proof = fields.Nested(ProofAnswer, allow_none=True)
    end_proof = fields.Nested(ProofAnswer, allow_none=True)
    guardian_proof = fields.String(allow_none=True)
    exception = fields.Nested(ExceptionAnswer, allow_none=True)


class ExceptionsAnswer(Answer):
    items = fields.List(fields.Nested(VisitAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class SweepAnswer(Answer):
    expired = fields.Integer(required=True)
    no_shows = fields.Integer(required=True)
    excepted = fields.Integer(required=True)


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
    # Of an activity that a public programme pays for: who was there, activity.attended tells.
    programme_id = fields.UUID(allow_none=True)
    category = fields.String()
    planned_minutes = fields.Integer(strict=True)
    # Who asked for it, proved it or settled it, beside the two whom it concerns.
    acted_by = fields.List(fields.UUID())
    # When a clerk settled what was in doubt, if it was.
    decided_at = fields.AwareDateTime(allow_none=True)


class VisitExcepted(Event):
    """A visit's record is incomplete or in doubt; nothing is paid until a clerk decides."""

    source, type, subject = "matching", "visit.excepted.v1", "visit_id"

    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    reason = fields.String(required=True)
    reasons = fields.List(fields.String())


class VisitNoShow(Event):
    """The visit did not take place: the volunteer never came, or (``side``) the elder was away."""

    source, type, subject = "matching", "visit.no-show.v1", "booking_id"

    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    side = fields.String(validate=validate.OneOf(["volunteer", "elder"]))
    # What it should have been, and when it would have ended.
    street = fields.String()
    category = fields.String()
    ended_at = fields.AwareDateTime()
    planned_minutes = fields.Integer(strict=True)
    acted_by = fields.List(fields.UUID())


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


class WrongCode(Error):
    """This code is wrong, too old, or was used already."""

    code, status, keeps_changes = "wrong_code", 409, True


class TooManyCodes(Error):
    """Too many wrong codes for this booking. Wait a while, or check in by position."""

    code, status = "too_many_codes", 429


class GuardianAbsent(Error):
    """A pupil serves only when led by the guardian, who confirms it or shows a code."""

    code, status = "guardian_absent", 409
