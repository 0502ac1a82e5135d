"""Kinship: claimed, confirmed or refused, ended; what follows from it, and what is told."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.identity.contract.papers import Paper
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
    """Say that ``relative_id`` is the person's parent, grandparent … (S5); another confirms it."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)


class KinshipEnd(StrEnum):
    """Why a kinship no longer stands."""

    DIVORCE = "divorce"
    ADOPTION_ENDED = "adoption_ended"
    RECORDED_WRONGLY = "recorded_wrongly"


class ConfirmKinship(Request):
    """The other of the two says it is so; or a clerk has seen the paper, and names it."""

    kinship_id = fields.UUID(required=True)
    paper = fields.Enum(Paper, by_value=True, load_default=None)


class RefuseKinship(Request):
    """One of the two, or a clerk, says that what was claimed is not so."""

    kinship_id = fields.UUID(required=True)
    reason = fields.String(load_default="", validate=[validate.Length(max=200), TEXT])


class EndKinship(Request):
    """A clerk ends a kinship that no longer is, or never was; what followed from it ends too."""

    kinship_id = fields.UUID(required=True)
    reason = fields.Enum(KinshipEnd, by_value=True, required=True)
    note = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])


class ShowKinship(Request):
    """What the relative is to the person, and by which confirmed kinships."""

    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)


class ListKinships(Request):
    """The kinships of a person: claimed, confirmed, and derived from what is confirmed."""

    person_id = fields.UUID(required=True)


class KinshipAnswer(Answer):
    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.String(required=True)
    state = fields.String(required=True)
    generations = fields.Integer()
    by_marriage = fields.Boolean()
    confirmed_way = fields.String(allow_none=True)
    paper = fields.String(allow_none=True)
    end_reason = fields.String(allow_none=True)


class KinshipsAnswer(Answer):
    items = fields.List(fields.Nested(KinshipAnswer), required=True)


class KinshipShownAnswer(KinshipAnswer):
    path = fields.List(fields.Nested(KinshipAnswer), required=True)


class KinshipConfirmed(Event):
    """From now on the relative is known as the person's parent, grandparent …

    Told once for each pair: of the two who were confirmed, and of those whose kinship follows
    from it (``is_derived``). A derived kinship has always the same id.
    """

    source, type, subject = "identity", "kinship.confirmed.v1", "kinship_id"

    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    confirmed_by = fields.UUID(required=True)
    is_derived = fields.Boolean(load_default=False)


class KinshipEnded(Event):
    """The relative is no longer known as the person's parent, grandparent …

    A derived kinship may be confirmed again under the same id: of the two, the event with the
    greater sequence is the newer.
    """

    source, type, subject = "identity", "kinship.ended.v1", "kinship_id"

    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    reason = fields.Enum(KinshipEnd, by_value=True, required=True)
    ended_by = fields.UUID(required=True)
    is_derived = fields.Boolean(load_default=False)


class ImpossibleKinship(Error):
    """These two people cannot be related in this way."""

    code, status = "impossible_kinship", 422


class KinshipDecided(Error):
    """This kinship is claimed or decided already."""

    code, status = "kinship_decided", 409


class KinshipKnown(Error):
    """This kinship follows already from what has been confirmed."""

    code, status = "kinship_known", 409


class KinshipContradicts(Error):
    """This kinship contradicts what has been confirmed."""

    code, status = "kinship_contradicts", 409


class FamilyTooLarge(Error):
    """Too many kinships hang together here for another one."""

    code, status = "family_too_large", 409
