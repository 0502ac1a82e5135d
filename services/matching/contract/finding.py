"""Who comes for a request: volunteers ranked, with every score explained; invitations."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request
from services.matching.contract.reasons import WhyShown
from services.matching.contract.requests import RequestAnswer


class InvitationState(StrEnum):
    """invited → accepted | declined | lapsed | withdrawn."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class ListCandidates(Request):
    """Volunteers who could come for an open request, best first, each score with its parts."""

    request_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))


class NearbyRequestAnswer(RequestAnswer):
    """An open request with the reasons for and against going there."""

    reasons = fields.List(fields.Nested(WhyShown))


class NearbyRequestsAnswer(Answer):
    items = fields.List(fields.Nested(NearbyRequestAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class ScorePart(Answer):
    """``points`` = ``weight`` × ``value``; the points of all parts add up to the score."""

    part = fields.String(required=True)
    value = fields.Float(required=True)
    weight = fields.Float(required=True)
    points = fields.Float(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class CandidateAnswer(Answer):
    volunteer_id = fields.UUID(required=True)
    name = fields.String(required=True)
    distance_metres = fields.Integer(required=True)
    score = fields.Float(required=True)
    parts = fields.List(fields.Nested(ScorePart), required=True)
    invited = fields.Boolean(required=True)


class CandidatesAnswer(Answer):
    request_id = fields.UUID(required=True)
    policy_version = fields.Integer(required=True)
    items = fields.List(fields.Nested(CandidateAnswer), required=True)


class InviteVolunteers(Request):
    """Ask candidates to come, with an answer by a deadline; the first who accepts is booked."""

    request_id = fields.UUID(required=True)
    volunteer_ids = fields.List(
        fields.UUID(), required=True, validate=validate.Length(min=1, max=20)
    )


class AnswerInvitation(Request):
    """The volunteer accepts, which books the request, or declines."""

    invitation_id = fields.UUID(required=True)
    accept = fields.Boolean(required=True)


class WithdrawInvitation(Request):
    """Who invited takes the invitation back."""

    invitation_id = fields.UUID(required=True)


class ShowInvitation(Request):
    """One invitation."""

    invitation_id = fields.UUID(required=True)


class ListInvitations(Request):
    """The invitations of one request, or to one volunteer; newest first."""

    request_id = fields.UUID(load_default=None)
    volunteer_id = fields.UUID(load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class InvitationAnswer(Answer):
    invitation_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    invited_by = fields.UUID(required=True)
    state = fields.String(required=True)
    sent_at = fields.AwareDateTime(required=True)
    answer_by = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    booking_id = fields.UUID(allow_none=True)


class InvitationsAnswer(Answer):
    items = fields.List(fields.Nested(InvitationAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class InvitationSent(Event):
    """A volunteer is asked to come, and has until the deadline to answer."""

    source, type, subject = "matching", "invitation.sent.v1", "invitation_id"

    invitation_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    invited_by = fields.UUID(required=True)
    answer_by = fields.AwareDateTime(required=True)


class InvitationAnswered(Event):
    """The volunteer has accepted or declined; or the invitation lapsed or was withdrawn."""

    source, type, subject = "matching", "invitation.answered.v1", "invitation_id"

    invitation_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    outcome = fields.Enum(InvitationState, by_value=True, required=True)


class InvitationEnded(Error):
    """This invitation has been answered, has lapsed or was withdrawn."""

    code, status = "invitation_ended", 409


class AlreadyInvited(Error):
    """This volunteer has been asked to come for this request already."""

    code, status = "already_invited", 409


class TooManyInvitations(Error):
    """So many volunteers are asked for one request that another would be one too many."""

    code, status = "too_many_invitations", 409
