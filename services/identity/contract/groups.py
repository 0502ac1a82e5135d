"""The special groups of elders (S16): applied for or entered, approved by another, ended, told."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Event, Request


EVIDENCE = [validate.Length(1, 200), TEXT]
REASON = [validate.Length(1, 200), TEXT]
DISTRICT = validate.Regexp(r"^[0-9]{6}$(?!\n)", error="A six-digit district code.")
MOST_MEMBERSHIPS = 200


class SpecialGroup(StrEnum):
    """The seven kinds of elders who are granted coins first (S16)."""

    ECONOMIC_HARDSHIP = "economic_hardship"
    SEVERELY_DISABLED_BY_AGE = "severely_disabled_by_age"
    DEMENTIA = "dementia"
    SPECIAL_FAMILY_PLANNING = "special_family_planning"
    SEVERELY_HANDICAPPED = "severely_handicapped"
    ADVANCED_AGE = "advanced_age"
    URGENT_NEED = "urgent_need"


class GroupEnding(StrEnum):
    """Why a membership has ended."""

    END_REACHED = "end_reached"
    RECHECK_FAILED = "recheck_failed"
    RECHECK_MISSED = "recheck_missed"
    OFFICER = "officer"
    ACCOUNT_CLOSED = "account_closed"


class MembershipState(StrEnum):
    """Where a membership stands; refused and ended are final."""

    APPLIED = "applied"
    ENTERED = "entered"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class ApplyForSpecialGroup(Request):
    """Say that an elder belongs to a special group, with a reference to the evidence (S16).

    By the elder, a relative who may act for them, or a clerk; a district officer enters it. It
    counts once another person, an officer of the district, has approved it. Without ``starts_on``
    it begins on the day of the approval, without ``ends_on`` it has no last day.
    """

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    evidence = fields.String(required=True, validate=EVIDENCE)
    starts_on = fields.Date(load_default=None)
    ends_on = fields.Date(load_default=None)


class ApproveSpecialGroup(Request):
    """A district officer approves what another person has applied for or entered (S16)."""

    membership_id = fields.UUID(required=True)


class RefuseSpecialGroup(Request):
    """A district officer refuses what was applied for or entered, with the reason."""

    membership_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class EndSpecialGroup(Request):
    """A district officer ends a membership before its time, with the reason."""

    membership_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class RecheckSpecialGroup(Request):
    """The yearly re-check: the elder still belongs to the group, or does no longer."""

    membership_id = fields.UUID(required=True)
    still_entitled = fields.Boolean(required=True, truthy={True}, falsy={False})
    evidence = fields.String(load_default=None, validate=EVIDENCE)
    reason = fields.String(load_default=None, validate=REASON)


class ListSpecialGroups(Request):
    """Every membership of one person, the newest first, those that have ended too."""

    person_id = fields.UUID(required=True)


class ListMemberships(Request):
    """A district's memberships in one state, the oldest first: by default what waits."""

    district = fields.String(required=True, validate=DISTRICT)
    state = fields.Enum(MembershipState, by_value=True, load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_MEMBERSHIPS))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ListRechecks(Request):
    """A district's memberships whose re-check is due by a day, the most urgent first."""

    district = fields.String(required=True, validate=DISTRICT)
    due_by = fields.Date(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MOST_MEMBERSHIPS))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class SweepSpecialGroups(Request):
    """Begin and end at once what the day has overtaken; it also happens by itself."""


class MembershipAnswer(Answer):
    membership_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String()
    group = fields.String(required=True)
    state = fields.String(required=True)
    district = fields.String(required=True)
    evidence = fields.String(allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    ends_on = fields.Date(required=True, allow_none=True)
    recheck_due_on = fields.Date(required=True, allow_none=True)
    entered_at = fields.AwareDateTime(required=True)
    entered_by = fields.UUID(required=True, allow_none=True)
    approved_by = fields.UUID(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ending = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class MembershipsAnswer(Answer):
    items = fields.List(fields.Nested(MembershipAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PersonMembershipsAnswer(Answer):
    items = fields.List(fields.Nested(MembershipAnswer), required=True)


class GroupSweepAnswer(Answer):
    begun = fields.Integer(required=True)
    ended = fields.Integer(required=True)


class SpecialGroupApproved(Event):
    """An elder belongs to one of the groups that are granted coins first, from now on.

    A membership that begins on a later day is told on that day.
    """

    source, type, subject = "identity", "special-group.approved.v1", "person_id"

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    approved_by = fields.UUID(required=True)
    membership_id = fields.UUID()
    starts_on = fields.Date()
    ends_on = fields.Date(allow_none=True)


class SpecialGroupEnded(Event):
    """An elder belongs no longer to a special group: this membership is over for good.

    It may come before its ``approved`` was read: whoever keeps both by ``membership_id`` lets the
    end prevail. ``ended_by`` is nobody when a day or the yearly re-check has ended it.
    """

    source, type, subject = "identity", "special-group.ended.v1", "person_id"

    membership_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    ending = fields.Enum(GroupEnding, by_value=True, required=True)
    ended_on = fields.Date(required=True)
    ended_by = fields.UUID(required=True, allow_none=True)


class SpecialGroupStands(Error):
    """This person belongs to this group already, or it has been applied for."""

    code, status = "special_group_stands", 409


class WrongMembershipState(Error):
    """The membership is in another state than this needs."""

    code, status = "wrong_membership_state", 409


class NotOfTheGroup(Error):
    """The person is too young for this group."""

    code, status = "not_of_the_group", 409


class ApproverEntered(Error):
    """Somebody else approves what you have entered or applied for."""

    code, status = "approver_entered", 409
