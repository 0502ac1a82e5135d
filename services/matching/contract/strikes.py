"""Strikes: what comes of not coming, on both sides."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


class StrikeSide(StrEnum):
    VOLUNTEER = "volunteer"
    ELDER = "elder"


class StrikeKind(StrEnum):
    """Of a volunteer: no_show, late_release. Of an elder: late_cancel, elder_absent."""

    NO_SHOW = "no_show"
    LATE_RELEASE = "late_release"
    LATE_CANCEL = "late_cancel"
    ELDER_ABSENT = "elder_absent"


class StrikeState(StrEnum):
    """given → waived."""

    GIVEN = "given"
    WAIVED = "waived"


class ReportElderAbsent(Request):
    """The volunteer came, waited at the place, and nobody was there."""

    booking_id = fields.UUID(required=True)
    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))


class ListStrikes(Request):
    """A person's strikes, newest first, and until when they pause booking or asking."""

    person_id = fields.UUID(required=True)


class WaiveStrike(Request):
    """A clerk takes a strike back, with the reason: it was not the person's fault."""

    strike_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class StrikeAnswer(Answer):
    strike_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    side = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)
    request_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)
    evidence = fields.Dict(keys=fields.String(), required=True)
    waived_by = fields.UUID(allow_none=True)
    waived_at = fields.AwareDateTime(allow_none=True)
    waive_reason = fields.String(allow_none=True)


class StrikesAnswer(Answer):
    items = fields.List(fields.Nested(StrikeAnswer), required=True)
    booking_paused_until = fields.AwareDateTime(allow_none=True)
    asking_paused_until = fields.AwareDateTime(allow_none=True)


class StrikeGiven(Event):
    """Somebody did not come, or let the other side down late."""

    source, type, subject = "matching", "strike.given.v1", "strike_id"

    strike_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    side = fields.Enum(StrikeSide, by_value=True, required=True)
    kind = fields.Enum(StrikeKind, by_value=True, required=True)
    given_at = fields.AwareDateTime(required=True)
    request_id = fields.UUID(required=True)
    booking_id = fields.UUID(required=True)


class StrikeWaived(Event):
    """A clerk took a strike back."""

    source, type, subject = "matching", "strike.waived.v1", "strike_id"

    strike_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    waived_by = fields.UUID(required=True)
    reason = fields.String(required=True)


class Paused(Error):
    """Too many strikes of late: booking, or asking by oneself, pauses for a while."""

    code, status = "paused", 409
