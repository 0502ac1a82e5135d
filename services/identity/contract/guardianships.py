"""Guardianship: who leads a pupil (S1), and who acts for an adult whom a court has put in care."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.identity.contract.papers import Paper
from services.kernel.contract import Answer, Error, Event, Request


class GuardianshipKind(StrEnum):
    """Of somebody under age, until they are of age; or of an adult, by a court."""

    MINOR = "minor"
    ADULT = "adult"


class GuardianshipEnd(StrEnum):
    """Why a guardianship ended before the ward came of age."""

    REPLACED = "replaced"
    COURT_RULING = "court_ruling"
    RECORDED_WRONGLY = "recorded_wrongly"
    ACCOUNT_CLOSED = "account_closed"


class NameGuardian(Request):
    """Name a guardian beside the one that stands, or for an adult whom a court has put in care."""

    ward_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)


class ConfirmGuardianship(Request):
    """The guardian says so; or a clerk has seen the paper, and names it."""

    guardianship_id = fields.UUID(required=True)
    paper = fields.Enum(Paper, by_value=True, load_default=None)


class RefuseGuardianship(Request):
    """Whoever was named does not want to be the guardian, or a clerk finds it is not so."""

    guardianship_id = fields.UUID(required=True)
    reason = fields.String(load_default="", validate=[validate.Length(max=200), TEXT])


class EndGuardianship(Request):
    """A clerk ends a guardianship, with the reason."""

    guardianship_id = fields.UUID(required=True)
    reason = fields.Enum(
        GuardianshipEnd,
        by_value=True,
        required=True,
        validate=validate.NoneOf([GuardianshipEnd.REPLACED, GuardianshipEnd.ACCOUNT_CLOSED]),
    )
    note = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])


class ListGuardianships(Request):
    """The guardianships in which a person is ward or guardian."""

    person_id = fields.UUID(required=True)


class GuardianshipAnswer(Answer):
    guardianship_id = fields.UUID(required=True)
    ward_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    confirmed_way = fields.String(allow_none=True)
    paper = fields.String(allow_none=True)
    end_reason = fields.String(allow_none=True)


class GuardianshipsAnswer(Answer):
    items = fields.List(fields.Nested(GuardianshipAnswer), required=True)


class GuardianshipConfirmed(Event):
    """Somebody is known as the ward's guardian: of a minor until they are of age.

    A ward has one at a time; whoever is replaced is told of as ended.
    """

    source, type, subject = "identity", "guardianship.confirmed.v1", "guardianship_id"

    guardianship_id = fields.UUID(required=True)
    ward_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    kind = fields.Enum(GuardianshipKind, by_value=True, required=True)
    confirmed_by = fields.UUID(required=True, allow_none=True)


class GuardianshipEnded(Event):
    """A confirmed guardianship has ended for good; its id never comes back."""

    source, type, subject = "identity", "guardianship.ended.v1", "guardianship_id"

    guardianship_id = fields.UUID(required=True)
    ward_id = fields.UUID(required=True)
    guardian_id = fields.UUID(required=True)
    kind = fields.Enum(GuardianshipKind, by_value=True, required=True)
    reason = fields.Enum(GuardianshipEnd, by_value=True, required=True)
    ended_by = fields.UUID(required=True, allow_none=True)


class GuardianshipDecided(Error):
    """This guardianship is named or decided already."""

    code, status = "guardianship_decided", 409


class CannotGuard(Error):
    """A guardian is a verified adult, another than the ward, and nobody's ward themselves."""

    code, status = "cannot_guard", 422
