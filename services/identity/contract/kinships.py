"""Kinship: claimed, confirmed, told."""

from enum import StrEnum

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Request


class Relation(StrEnum):
    """What the relative is to the person."""

    PARENT = "parent"
    GRANDPARENT = "grandparent"
    GREAT_GRANDPARENT = "great_grandparent"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    GREAT_GRANDCHILD = "great_grandchild"
    PARENT_IN_LAW = "parent_in_law"
    GRANDPARENT_IN_LAW = "grandparent_in_law"
    CHILD_IN_LAW = "child_in_law"
    GRANDCHILD_IN_LAW = "grandchild_in_law"
    SPOUSE = "spouse"
    SIBLING = "sibling"


class ClaimKinship(Request):
    """Say that ``relative_id`` is the person's parent, grandparent … (S5); a clerk confirms it."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)


class ConfirmKinship(Request):
    """A clerk has seen the paper that shows the kinship."""

    kinship_id = fields.UUID(required=True)


class ListKinships(Request):
    """The kinships of a person, claimed and confirmed."""

    person_id = fields.UUID(required=True)


class KinshipAnswer(Answer):
    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.String(required=True)
    state = fields.String(required=True)


class KinshipsAnswer(Answer):
    items = fields.List(fields.Nested(KinshipAnswer), required=True)


class KinshipConfirmed(Event):
    """A clerk has confirmed that the relative is the person's parent, grandparent …"""

    source, type, subject = "identity", "kinship.confirmed.v1", "kinship_id"

    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    confirmed_by = fields.UUID(required=True)


class ImpossibleKinship(Error):
    """These two people cannot be related in this way."""

    code, status = "impossible_kinship", 422


class KinshipDecided(Error):
    """This kinship is claimed or confirmed already."""

    code, status = "kinship_decided", 409
