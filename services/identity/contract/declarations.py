"""What people declare of themselves: which versions there are, accepted, withdrawn, missing."""

from enum import StrEnum

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Request


VERSION = validate.Range(1, 10_000)


class Declaration(StrEnum):
    """What somebody can declare; each has its own versions."""

    WILLING_AND_HEALTHY = "willing_and_healthy"
    PRIVACY_NOTICE = "privacy_notice"
    GUARDIAN_CONSENT = "guardian_consent"


class Accepted(Request):
    """One declaration in the version that was read."""

    declaration = fields.Enum(Declaration, by_value=True, required=True)
    version = fields.Integer(required=True, strict=True, validate=VERSION)


class ListDeclarations(Request):
    """The declarations in the version in force, to be read before they are accepted."""


class AcceptDeclaration(Request):
    """Accept the version in force: the person, the guardian of a pupil, or a clerk at the desk."""

    person_id = fields.UUID(required=True)
    declaration = fields.Enum(Declaration, by_value=True, required=True)
    version = fields.Integer(required=True, strict=True, validate=VERSION)


class WithdrawDeclaration(Request):
    """Take a declaration back; without the one of health nobody is a volunteer any more."""

    person_id = fields.UUID(required=True)
    declaration = fields.Enum(Declaration, by_value=True, required=True)
    reason = fields.String(load_default=None, validate=[validate.Length(1, 200), TEXT])


class ShowDeclarations(Request):
    """What a person has declared, in which version, by whom; and what is missing."""

    person_id = fields.UUID(required=True)


class DeclarationAnswer(Answer):
    declaration = fields.String(required=True)
    version = fields.Integer(required=True)
    title_zh = fields.String(required=True)
    title_en = fields.String(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)


class DeclarationsAnswer(Answer):
    items = fields.List(fields.Nested(DeclarationAnswer), required=True)


class AcceptanceAnswer(Answer):
    declaration = fields.String(required=True)
    version = fields.Integer(required=True)
    accepted_at = fields.AwareDateTime(required=True)
    accepted_by = fields.UUID(allow_none=True)
    withdrawn_at = fields.AwareDateTime(allow_none=True)
    withdrawn_by = fields.UUID(allow_none=True)


class PersonDeclarationsAnswer(Answer):
    person_id = fields.UUID(required=True)
    items = fields.List(fields.Nested(AcceptanceAnswer), required=True)
    missing = fields.List(fields.Nested(DeclarationAnswer), required=True)


class DeclarationOutdated(Error):
    """This is not the version in force; read that one first."""

    code, status = "declaration_outdated", 409


class NothingDeclared(Error):
    """There is no such declaration to withdraw."""

    code, status = "nothing_declared", 409
