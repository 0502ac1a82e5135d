"""The visit itself: check-in, check-out, its minutes, its exceptions."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request


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
