"""Being verified: at the desk or online, refused with a reason, checked again after a change."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT, Position
from services.kernel.contract import Answer, Error, Event, Request, Words


class VerificationWay(StrEnum):
    """How somebody was verified: a clerk saw the card, a provider confirmed, or brought in."""

    DESK = "desk"
    ONLINE = "online"
    BROUGHT_IN = "brought_in"


class RefusalReason(StrEnum):
    """Why a verification was refused."""

    DETAILS_DIFFER = "details_differ"
    NUMBER_UNKNOWN = "number_unknown"
    NOT_THE_HOLDER = "not_the_holder"
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_NOT_GENUINE = "document_not_genuine"
    NOT_A_RESIDENT = "not_a_resident"
    OTHER = "other"


class LapseReason(StrEnum):
    """Why somebody verified must be checked again."""

    NAME_CHANGED = "name_changed"
    DOCUMENT_CHANGED = "document_changed"
    DISTRICT_CHANGED = "district_changed"
    DOCUMENT_EXPIRED = "document_expired"
    DOUBT = "doubt"


WORDS = [validate.Length(1, 200), TEXT]


class VerifyPerson(Request):
    """An agency clerk has seen the card and the person at the desk (S1, S14)."""

    person_id = fields.UUID(required=True)
    card_seen = fields.Boolean(required=True, validate=validate.Equal(True))


class RefuseVerification(Request):
    """An agency clerk has seen the card, or not, and cannot say that this is the person."""

    person_id = fields.UUID(required=True)
    reason = fields.Enum(RefusalReason, by_value=True, required=True)
    words = fields.String(load_default=None, validate=WORDS)


class AskForOnlineVerification(Request):
    """The person asks that the online provider compares name and number with the register."""

    person_id = fields.UUID(required=True)


class RequireRecheck(Request):
    """A clerk or an officer of the area wants somebody verified to be checked again."""

    person_id = fields.UUID(required=True)
    reason = fields.Enum(
        LapseReason,
        by_value=True,
        required=True,
        validate=validate.OneOf([LapseReason.DOCUMENT_EXPIRED, LapseReason.DOUBT]),
    )
    words = fields.String(required=True, validate=WORDS)


class ShowVerification(Request):
    """How far somebody's verification is, and what they can do now."""

    person_id = fields.UUID(required=True)


class NextStep(Answer):
    """What the person can do, in words."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class VerificationAnswer(Answer):
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    since = fields.AwareDateTime(required=True)
    way = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    reason_words = Words(of="reason")
    words = fields.String(allow_none=True)
    next_step = fields.Nested(NextStep, required=True)


class PersonVerified(Event):
    """It is verified who somebody is: from here on they may ask for help and give it."""

    source, type, subject = "identity", "person.verified.v1", "person_id"

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)
    verified_by = fields.UUID(required=True, allow_none=True)
    way = fields.Enum(VerificationWay, by_value=True, load_default=VerificationWay.DESK)


class VerificationLapsed(Event):
    """Somebody verified must be checked again: until then they may neither ask nor book."""

    source, type, subject = "identity", "verification.lapsed.v1", "person_id"

    person_id = fields.UUID(required=True)
    reason = fields.Enum(LapseReason, by_value=True, required=True)


class AlreadyVerified(Error):
    """This person is verified already."""

    code, status = "already_verified", 409


class NotVerified(Error):
    """This person has not been verified yet, or must be verified again."""

    code, status = "not_verified", 403


class WrongPersonState(Error):
    """This cannot be done with an account in this state."""

    code, status = "wrong_person_state", 409


class OnlineVerificationUnavailable(Error):
    """There is no online verification here. The desk of the street verifies with the card."""

    code, status = "online_verification_unavailable", 501


class VerificationUnderWay(Error):
    """An online verification is under way already."""

    code, status = "verification_under_way", 409
