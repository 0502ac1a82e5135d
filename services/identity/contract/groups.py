"""The special groups of elders (S16)."""

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
    """An elder belongs to one of the groups that are granted coins first."""

    source, type, subject = "identity", "special-group.approved.v1", "person_id"

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    approved_by = fields.UUID(required=True)
