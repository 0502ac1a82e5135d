"""Places in the public care homes for those who saved enough coins and need care (S9)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request
from services.ledger.contract.basics import DISTRICT, REASON


MOST_PLACES = 100
NEED = validate.Length(1, 1000)


class ApplicationState(StrEnum):
    """Where an application stands; admitted, declined and withdrawn are final."""

    APPLIED = "applied"
    REVIEWED = "reviewed"
    OFFERED = "offered"
    ADMITTED = "admitted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What takes an application from one state to the next."""

    APPLY = "apply"
    APPROVE = "approve"
    REJECT = "reject"
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"


class ApplyForCareHome(Request):
    """Apply for a place in a public care home; the coins for it are set aside from now on (S9).

    A clerk of the street or a lineal relative may apply for somebody by naming the ``person_id``.
    """

    person_id = fields.UUID(load_default=None, allow_none=True)
    need = fields.String(required=True, validate=NEED)


class ReviewApplication(Request):
    """A district officer reviews an application; one that is not approved is declined (S9)."""

    application_id = fields.UUID(required=True)
    approved = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.String(required=True, validate=REASON)


class OfferPlace(Request):
    """A district officer offers a free place to the first in the district's queue (S9).

    The home is one of the district's, as ``list_care_homes`` names them.
    """

    application_id = fields.UUID(required=True)
    care_home_id = fields.UUID(required=True)


class AnswerOffer(Request):
    """The applicant accepts the offered place, or declines it and gets the coins back (S9)."""

    application_id = fields.UUID(required=True)
    answer = fields.String(required=True, validate=validate.OneOf([Move.ACCEPT, Move.DECLINE]))
    reason = fields.String(load_default=None, allow_none=True, validate=REASON)


class WithdrawApplication(Request):
    """The applicant takes the application back, before admission, and gets the coins back (S9)."""

    application_id = fields.UUID(required=True)
    reason = fields.String(load_default=None, allow_none=True, validate=REASON)


class LapseOffer(Request):
    """A district officer ends an offer that was not answered in time; coins go back (S9)."""

    application_id = fields.UUID(required=True)


class ShowApplication(Request):
    """One application with every step that it took (S9)."""

    application_id = fields.UUID(required=True)


class ListApplications(Request):
    """A district's applications in the order of their time; officers offer places by it (S9)."""

    district = fields.String(required=True, validate=DISTRICT)
    state = fields.Enum(ApplicationState, by_value=True, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, MOST_PLACES))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ApplicationAnswer(Answer):
    application_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    district = fields.String(required=True)
    need = fields.String(required=True)
    minutes = fields.Integer(required=True)
    state = fields.Enum(ApplicationState, by_value=True, required=True)
    applied_at = fields.AwareDateTime(required=True)
    applied_by = fields.UUID(required=True)
    place = fields.Integer(
        allow_none=True, metadata={"description": "The place in the district's queue, from 1."}
    )
    home = fields.String(allow_none=True)
    care_home_id = fields.UUID(allow_none=True)
    answer_by = fields.AwareDateTime(allow_none=True)


class ApplicationStep(Answer):
    state = fields.Enum(ApplicationState, by_value=True, required=True)
    move = fields.Enum(Move, by_value=True, required=True)
    at = fields.AwareDateTime(required=True)
    acted_by = fields.UUID(required=True)
    reason = fields.String(allow_none=True)


class ApplicationFile(ApplicationAnswer):
    steps = fields.List(fields.Nested(ApplicationStep), required=True)


class ApplicationsAnswer(Answer):
    items = fields.List(fields.Nested(ApplicationAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class AdmissionEligible(Event):
    """A volunteer has just earned the coins that a place in a public care home needs (S9)."""

    source, type, subject = "ledger", "admission.eligible.v1", "person_id"

    person_id = fields.UUID(required=True)
    counted_minutes = fields.Integer(required=True, strict=True)
    needed_minutes = fields.Integer(required=True, strict=True)
    policy_version = fields.Integer(required=True, strict=True)


class AdmissionApplied(Event):
    """Somebody has applied for a place in a public care home; the minutes are set aside (S9)."""

    source, type, subject = "ledger", "admission.applied.v1", "application_id"

    application_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    acted_by = fields.UUID(required=True)
    policy_version = fields.Integer(required=True, strict=True)


class AdmissionDecided(Event):
    """An application has moved to another state: reviewed, offered, or one that is final (S9)."""

    source, type, subject = "ledger", "admission.decided.v1", "application_id"

    application_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    state = fields.Enum(ApplicationState, by_value=True, required=True)
    move = fields.Enum(Move, by_value=True, required=True)
    reason = fields.String(required=True, allow_none=True)
    home = fields.String(required=True, allow_none=True)
    acted_by = fields.UUID(required=True)
    care_home_id = fields.UUID(allow_none=True)


class NotEligible(Error):
    """Not enough coins of one's own earning for a place in a public care home."""

    code, status = "not_eligible", 409


class ApplicationOpen(Error):
    """This person has an application already that has not ended."""

    code, status = "application_open", 409


class NotAtThisStep(Error):
    """The application is at another step than this."""

    code, status = "not_at_this_step", 409


class NotNextInQueue(Error):
    """A place is offered to the first in the district's queue, and others are before this one."""

    code, status = "not_next_in_queue", 409


class OfferStands(Error):
    """The offer may still be answered: it lapses at the end of its term."""

    code, status = "offer_stands", 409
