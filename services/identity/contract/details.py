"""Another name or another card: what a verification was about."""

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.identity.contract.people import DocumentKind
from services.kernel.contract import Request


class ChangeDetails(Request):
    """Another name, ID number or kind of card; who was verified must then be verified again."""

    person_id = fields.UUID(required=True)
    name = fields.String(load_default=None, validate=[validate.Length(1, 60), TEXT])
    id_number = fields.String(load_default=None, validate=[validate.Length(15, 32), TEXT])
    document = fields.Enum(DocumentKind, by_value=True, load_default=None)
