"""The special groups of elders (S16): applied for or entered, approved by another, ended, told."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Event, Request


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


class ApproveSpecialGroup(Request):
    """A district officer records that an elder belongs to a special group (S16)."""

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    evidence = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])


class SpecialGroupAnswer(Answer):
    person_id = fields.UUID(required=True)
    group = fields.String(required=True)
    district = fields.String(required=True)


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
