"""Consent: a relative may act for somebody, in some things, until a day, or until revoked."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Event, Request


class Scope(StrEnum):
    """What an agent may do for an elder."""

    REQUESTS = "requests"
    RATING = "rating"
    SEE_WALLET = "see_wallet"


class ConsentEnd(StrEnum):
    """Why a consent ended before its day."""

    REVOKED = "revoked"
    LAID_DOWN = "laid_down"
    REPLACED = "replaced"
    KINSHIP_ENDED = "kinship_ended"
    ACCOUNT_CLOSED = "account_closed"


class GiveConsent(Request):
    """Let a relative act for an elder: by the elder, or by a clerk with the signed paper.

    Replaces what the elder has given the same relative before.
    """

    elder_id = fields.UUID(required=True)
    agent_id = fields.UUID(required=True)
    scopes = fields.List(
        fields.Enum(Scope, by_value=True), required=True, validate=validate.Length(1, len(Scope))
    )
    until = fields.AwareDateTime(required=True)
    paper_reference = fields.String(load_default=None, validate=[validate.Length(1, 100), TEXT])


class RevokeConsent(Request):
    """End a consent at once: by the elder or a clerk; or the agent lays it down."""

    consent_id = fields.UUID(required=True)


class ListConsents(Request):
    """The consents that a person has given, and those given to them."""

    person_id = fields.UUID(required=True)


class ConsentAnswer(Answer):
    consent_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    agent_id = fields.UUID(required=True)
    scopes = fields.List(fields.String(), required=True)
    until = fields.AwareDateTime(required=True)
    state = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)
    given_by = fields.UUID(required=True)
    paper_reference = fields.String(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    end_reason = fields.String(allow_none=True)


class ConsentsAnswer(Answer):
    items = fields.List(fields.Nested(ConsentAnswer), required=True)


class ConsentGiven(Event):
    """An elder lets a relative act for them, in these things, until then unless revoked before."""

    source, type, subject = "identity", "consent.given.v1", "consent_id"

    consent_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    agent_id = fields.UUID(required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    until = fields.AwareDateTime(required=True)
    given_by = fields.UUID(required=True)


class ConsentRevoked(Event):
    """A consent has ended before its day, for good; its id never comes back."""

    source, type, subject = "identity", "consent.revoked.v1", "consent_id"

    consent_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    agent_id = fields.UUID(required=True)
    reason = fields.Enum(ConsentEnd, by_value=True, required=True)
    revoked_by = fields.UUID(required=True, allow_none=True)


class ConsentEnded(Error):
    """This consent has ended already."""

    code, status = "consent_ended", 409


class NotTheirKin(Error):
    """Only a confirmed relative, verified and of age, can be let act for somebody."""

    code, status = "not_their_kin", 403
