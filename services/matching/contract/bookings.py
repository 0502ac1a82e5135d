"""A volunteer's booking of a request."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


class AcceptRequest(Request):
    """A verified volunteer books an open request."""

    request_id = fields.UUID(required=True)


class ReleaseBooking(Request):
    """The volunteer cannot come; the request opens again."""

    booking_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class ShowBooking(Request):
    """One booking, with the address for its volunteer."""

    booking_id = fields.UUID(required=True)


class BookingAnswer(Answer):
    booking_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    state = fields.String(required=True)
    address = fields.String(allow_none=True)
    visit_id = fields.UUID(allow_none=True)


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


class NotAVolunteer(Error):
    """Volunteers declare that they are willing and in good health."""

    code, status = "not_a_volunteer", 403


class OwnRequest(Error):
    """Nobody serves themselves."""

    code, status = "own_request", 409


class OverlappingBooking(Error):
    """You have another booking at that time."""

    code, status = "overlapping_booking", 409


class CertificateNeeded(Error):
    """This service needs a certificate that is good on its day; a clerk enters it."""

    code, status = "certificate_needed", 409


class GuardianshipRequired(Error):
    """A pupil serves only after the guardianship has been confirmed."""

    code, status = "guardianship_required", 409
