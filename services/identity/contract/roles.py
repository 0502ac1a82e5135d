"""Roles and their areas."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import AREA, TEXT
from services.kernel.contract import Answer, Error, Request


class Role(StrEnum):
    """Roles that carry an area. Being a volunteer or an elder is no role: it follows from facts."""

    AGENCY_CLERK = "agency_clerk"
    STREET_OFFICER = "street_officer"
    DISTRICT_OFFICER = "district_officer"
    CITY_OFFICER = "city_officer"
    OPERATOR = "operator"


class AssignRole(Request):
    """Give a verified person a role in an area; agencies' clerks get theirs as staff."""

    person_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    area = fields.String(required=True, validate=AREA)


class RemoveRole(Request):
    """Take back a role in an area: within seconds no token says it any more."""

    person_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    area = fields.String(required=True, validate=AREA)
    reason = fields.String(required=True, validate=[validate.Length(1, 200), TEXT])


class RoleAnswer(Answer):
    person_id = fields.UUID(required=True)
    role = fields.String(required=True)
    area = fields.String(required=True)


class RoleNotHeld(Error):
    """This person does not hold this role in this area, or holds it as staff of an organisation."""

    code, status = "role_not_held", 409
