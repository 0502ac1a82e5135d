"""A volunteer's profile: what they can, when and how far they come."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Minutes, Request


CODE = validate.Regexp(r"[a-z][a-z0-9_]{1,39}\Z")
CLOCK = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z")
MOST_CODES = validate.Length(max=40)


class Base(Request):
    """From where the volunteer sets out, when that is not their home."""

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))


class FreeTime(Request):
    """Hours of a weekday (1 Monday to 7 Sunday) by the city's clock; 24:00 is the day's end."""

    weekday = fields.Integer(required=True, strict=True, validate=validate.Range(1, 7))
    begins = fields.String(required=True, validate=CLOCK)
    ends = fields.String(required=True, validate=CLOCK)


class SetProfile(Request):
    """A verified volunteer says what they can, when, how far and how much; replaces what was said.

    Who has a profile may be proposed to elders and invited; ``dispatchable`` says that they may be
    planned for as well.
    """

    person_id = fields.UUID(required=True)
    skills = fields.List(fields.String(validate=CODE), load_default=list, validate=MOST_CODES)
    languages = fields.List(fields.String(validate=CODE), load_default=list, validate=MOST_CODES)
    free_times = fields.List(
        fields.Nested(FreeTime), load_default=list, validate=validate.Length(max=42)
    )
    days_off = fields.List(fields.Date(), load_default=list, validate=validate.Length(max=366))
    most_minutes_a_day = Minutes(required=True, validate=validate.Range(15, 24 * 60))
    radius_metres = fields.Integer(
        required=True, strict=True, validate=validate.Range(100, 100_000)
    )
    dispatchable = fields.Boolean(load_default=False)
    base = fields.Nested(Base, load_default=None, allow_none=True)


class ShowProfile(Request):
    """A volunteer's profile."""

    person_id = fields.UUID(required=True)


class CertifySkill(Request):
    """A clerk has seen the certificate: the skill is confirmed, up to its last day if any."""

    person_id = fields.UUID(required=True)
    skill = fields.String(required=True, validate=CODE)
    evidence = fields.String(required=True, validate=validate.Length(1, 200))
    valid_until = fields.Date(load_default=None, allow_none=True)


class WithdrawCertificate(Request):
    """A clerk takes a confirmation back, with the reason."""

    person_id = fields.UUID(required=True)
    skill = fields.String(required=True, validate=CODE)
    reason = fields.String(required=True, validate=validate.Length(1, 200))


class CertificateAnswer(Answer):
    skill = fields.String(required=True)
    certified_by = fields.UUID(required=True)
    certified_at = fields.AwareDateTime(required=True)
    valid_until = fields.Date(allow_none=True)


class FreeTimeAnswer(Answer):
    weekday = fields.Integer(required=True)
    begins = fields.String(required=True)
    ends = fields.String(required=True)


class BaseAnswer(Answer):
    latitude = fields.Float(required=True)
    longitude = fields.Float(required=True)


class ProfileAnswer(Answer):
    person_id = fields.UUID(required=True)
    has_profile = fields.Boolean(required=True)
    skills = fields.List(fields.String(), required=True)
    certificates = fields.List(fields.Nested(CertificateAnswer), required=True)
    languages = fields.List(fields.String(), required=True)
    free_times = fields.List(fields.Nested(FreeTimeAnswer), required=True)
    days_off = fields.List(fields.Date(), required=True)
    most_minutes_a_day = fields.Integer(allow_none=True)
    radius_metres = fields.Integer(allow_none=True)
    dispatchable = fields.Boolean(required=True)
    base = fields.Nested(BaseAnswer, allow_none=True)


class NoProfile(Error):
    """This volunteer has not said yet what they can and when they come."""

    code, status = "no_profile", 404


class AlreadyCertified(Error):
    """This skill has been certified already."""

    code, status = "already_certified", 409
