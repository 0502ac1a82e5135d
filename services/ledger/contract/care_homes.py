"""The public care homes that places are offered in, with what is free in each (S9)."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Request
from services.ledger.contract.basics import DISTRICT


class ListCareHomes(Request):
    """A district's care homes, by name, with the places that are free in each (S9)."""

    district = fields.String(required=True, validate=DISTRICT)


class CareHomeAnswer(Answer):
    care_home_id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True)
    is_open = fields.Boolean(required=True)
    places = fields.Integer(required=True)
    taken = fields.Integer(required=True)
    free = fields.Integer(required=True)


class CareHomesAnswer(Answer):
    items = fields.List(fields.Nested(CareHomeAnswer), required=True)


class NoSuchCareHome(Error):
    """No care home of the applicant's district is open under this id."""

    code, status = "no_such_care_home", 409


class NoFreePlace(Error):
    """Every place of this care home is lived in or offered to somebody."""

    code, status = "no_free_place", 409
