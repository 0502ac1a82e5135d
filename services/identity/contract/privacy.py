"""Who has read what of whom, unmasked; and everything that is held on oneself."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Request


class SealedField(StrEnum):
    """What is masked in every answer, and read whole only with a reason."""

    PHONE = "phone"
    ADDRESS = "address"
    ID_NUMBER = "id_number"


class RevealContact(Request):
    """Read phone, address or ID number unmasked, for a reason; the person sees that it was read."""

    person_id = fields.UUID(required=True)
    fields_read = fields.List(
        fields.Enum(SealedField, by_value=True), required=True, validate=validate.Length(1, 3)
    )
    reason = fields.String(required=True, validate=[validate.Length(4, 200), TEXT])


class ListReads(Request):
    """Who has read what of oneself, newest first."""

    person_id = fields.UUID(required=True)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ExportPerson(Request):
    """Everything that identity holds on oneself."""

    person_id = fields.UUID(required=True)


class ContactAnswer(Answer):
    person_id = fields.UUID(required=True)
    read_id = fields.UUID(allow_none=True)
    phone = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    id_number = fields.String(allow_none=True)


class ReadAnswer(Answer):
    read_id = fields.UUID(required=True)
    read_at = fields.AwareDateTime(required=True)
    read_by = fields.UUID(required=True)
    role = fields.String(required=True)
    fields_read = fields.List(fields.String(), required=True)
    reason = fields.String(required=True)
    correlation_id = fields.String(required=True)


class ReadsAnswer(Answer):
    items = fields.List(fields.Nested(ReadAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class ExportedFact(Answer):
    key = fields.String(required=True)
    label_zh = fields.String(required=True)
    label_en = fields.String(required=True)
    value = fields.Raw(allow_none=True)


class ExportedSection(Answer):
    key = fields.String(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    entries = fields.List(fields.List(fields.Nested(ExportedFact)), required=True)


class ExportAnswer(Answer):
    person_id = fields.UUID(required=True)
    exported_at = fields.AwareDateTime(required=True)
    sections = fields.List(fields.Nested(ExportedSection), required=True)
