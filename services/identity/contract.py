"""What identity promises to the other services and to the gateway."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


class Role(StrEnum):
    """Roles that carry an area. Being a volunteer or an elder is no role: it follows from facts."""

    AGENCY_CLERK = "agency_clerk"
    DISTRICT_OFFICER = "district_officer"
    CITY_OFFICER = "city_officer"
    OPERATOR = "operator"


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


class SpecialGroup(StrEnum):
    """The seven kinds of elders who are granted coins first (S16)."""

    ECONOMIC_HARDSHIP = "economic_hardship"
    SEVERELY_DISABLED_BY_AGE = "severely_disabled_by_age"
    DEMENTIA = "dementia"
    SPECIAL_FAMILY_PLANNING = "special_family_planning"
    SEVERELY_HANDICAPPED = "severely_handicapped"
    ADVANCED_AGE = "advanced_age"
    URGENT_NEED = "urgent_need"


# [0-9], for \d takes the digits of every script; and $ alone would let a line break follow.
AREA = validate.Regexp(
    r"^[0-9]{6}([0-9]{3})?$(?!\n)", error="A six-digit district or nine-digit street code."
)
STREET = validate.Regexp(r"^[0-9]{9}$(?!\n)", error="A nine-digit street code.")


# What PostgreSQL and UTF-8 cannot hold, and what would break a line.
TEXT = validate.Regexp(
    r"^[^\x00-\x1f\x7f\ud800-\udfff]*$(?!\n)", error="One line of ordinary characters."
)


class Position(Request):
    """A place on the map, in degrees (WGS 84)."""

    latitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, allow_nan=False, validate=validate.Range(-180, 180))


class RegisterPerson(Request):
    """Open a personal account (S1). Somebody under 18 names a school and a verified guardian."""

    name = fields.String(required=True, validate=[validate.Length(1, 60), TEXT])
    id_number = fields.String(required=True, validate=[validate.Length(15, 32), TEXT])
    phone = fields.String(load_default=None, validate=validate.Regexp(r"^1[3-9][0-9]{9}$(?!\n)"))
    password = fields.String(load_default=None, validate=[validate.Length(8, 128), TEXT])
    street = fields.String(required=True, validate=STREET)
    address = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(load_default=False)
    school = fields.String(load_default=None, validate=[validate.Length(1, 100), TEXT])
    guardian_id = fields.UUID(load_default=None)


class ShowPerson(Request):
    """Read one person's record; what is shown depends on the caller."""

    person_id = fields.UUID(required=True)


class VerifyPerson(Request):
    """An agency clerk has seen the card and the person at the desk (S1, S14)."""

    person_id = fields.UUID(required=True)
    card_seen = fields.Boolean(required=True, validate=validate.Equal(True))


class LogIn(Request):
    """Exchange phone and password for a token."""

    phone = fields.String(required=True, validate=[validate.Length(1, 20), TEXT])
    password = fields.String(required=True, validate=[validate.Length(1, 128), TEXT])


class AssignRole(Request):
    """Give a verified person a role in an area."""

    person_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    area = fields.String(required=True, validate=AREA)


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


class ApproveSpecialGroup(Request):
    """A district officer records that an elder belongs to a special group (S16)."""

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    evidence = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])


class AdoptPolicy(Request):
    """Put a policy document in force; ``version`` grows by one each time."""

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class ShowPolicy(Request):
    """The policy in force now."""


class ShowPublicKeys(Request):
    """The public keys that tokens are checked with (JWK set)."""


class PersonAnswer(Answer):
    person_id = fields.UUID(required=True)
    state = fields.String(required=True)
    name = fields.String(required=True)
    id_number = fields.String(required=True)
    phone = fields.String(allow_none=True)
    birth_date = fields.Date(required=True)
    district = fields.String(required=True)
    street = fields.String(required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(allow_none=True)
    special_groups = fields.List(fields.String())


class SessionAnswer(Answer):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    person_id = fields.UUID(required=True)
    roles = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class RoleAnswer(Answer):
    person_id = fields.UUID(required=True)
    role = fields.String(required=True)
    area = fields.String(required=True)


class KinshipAnswer(Answer):
    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.String(required=True)
    state = fields.String(required=True)


class KinshipsAnswer(Answer):
    items = fields.List(fields.Nested(KinshipAnswer), required=True)


class SpecialGroupAnswer(Answer):
    person_id = fields.UUID(required=True)
    group = fields.String(required=True)
    district = fields.String(required=True)


class PolicyAnswer(Answer):
    version = fields.Integer(required=True)
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class PublicKeysAnswer(Answer):
    keys = fields.List(fields.Dict(keys=fields.String()), required=True)


class PersonRegistered(Event):
    """Somebody has opened an account; not yet verified."""

    source, type, subject = "identity", "person.registered.v1", "person_id"

    person_id = fields.UUID(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)


class PersonVerified(Event):
    """A clerk has verified who somebody is: from here on they may ask for help and give it."""

    source, type, subject = "identity", "person.verified.v1", "person_id"

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    street = fields.String(required=True)
    home = fields.Nested(Position, required=True)
    willing_and_healthy = fields.Boolean(required=True)
    guardian_id = fields.UUID(required=True, allow_none=True)
    verified_by = fields.UUID(required=True, allow_none=True)


class KinshipConfirmed(Event):
    """A clerk has confirmed that the relative is the person's parent, grandparent …"""

    source, type, subject = "identity", "kinship.confirmed.v1", "kinship_id"

    kinship_id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    relative_id = fields.UUID(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    confirmed_by = fields.UUID(required=True)


class SpecialGroupApproved(Event):
    """An elder belongs to one of the groups that are granted coins first."""

    source, type, subject = "identity", "special-group.approved.v1", "person_id"

    person_id = fields.UUID(required=True)
    group = fields.Enum(SpecialGroup, by_value=True, required=True)
    approved_by = fields.UUID(required=True)


class PolicyAdopted(Event):
    """A version of the policy has been put in force from a date on."""

    source, type, subject = "identity", "policy.adopted.v1", "version"

    version = fields.Integer(required=True, strict=True)
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class InvalidIdNumber(Error):
    """This is not a valid 18-digit ID number."""

    code, status = "invalid_id_number", 422


class AlreadyRegistered(Error):
    """This person, or this phone number, already has an account."""

    code, status = "already_registered", 409


class GuardianRequired(Error):
    """Somebody under 18 needs a school and a verified adult guardian."""

    code, status = "guardian_required", 422


class AlreadyVerified(Error):
    """This person is verified already."""

    code, status = "already_verified", 409


class NotVerified(Error):
    """This person has not been verified at the desk yet."""

    code, status = "not_verified", 403


class BadCredentials(Error):
    """Phone number or password is wrong."""

    code, status = "bad_credentials", 401


class ImpossibleKinship(Error):
    """These two people cannot be related in this way."""

    code, status = "impossible_kinship", 422


class KinshipDecided(Error):
    """This kinship is claimed or confirmed already."""

    code, status = "kinship_decided", 409


class PolicyConflict(Error):
    """The next policy's version must follow the one in force."""

    code, status = "policy_conflict", 409
