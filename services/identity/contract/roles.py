"""Roles and their areas."""

from enum import StrEnum

from marshmallow import fields

from services.identity.contract.basics import AREA
from services.kernel.contract import Answer, Request


class Role(StrEnum):
    """Roles that carry an area. Being a volunteer or an elder is no role: it follows from facts."""

    AGENCY_CLERK = "agency_clerk"
    DISTRICT_OFFICER = "district_officer"
    CITY_OFFICER = "city_officer"
    OPERATOR = "operator"


class AssignRole(Request):
    """Give a verified person a role in an area."""

    person_id = fields.UUID(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    area = fields.String(required=True, validate=AREA)


class RoleAnswer(Answer):
    person_id = fields.UUID(required=True)
    role = fields.String(required=True)
    area = fields.String(required=True)
