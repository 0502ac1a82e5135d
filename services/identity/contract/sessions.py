"""Logging in, and the keys that tokens are checked with."""

from marshmallow import fields, validate

from services.identity.contract.basics import TEXT
from services.kernel.contract import Answer, Error, Request


class LogIn(Request):
    """Exchange phone and password for a token."""

    phone = fields.String(required=True, validate=[validate.Length(1, 20), TEXT])
    password = fields.String(required=True, validate=[validate.Length(1, 128), TEXT])


class ShowPublicKeys(Request):
    """The public keys that tokens are checked with (JWK set)."""


class SessionAnswer(Answer):
    access_token = fields.String(required=True)
    token_type = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    person_id = fields.UUID(required=True)
    roles = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))


class PublicKeysAnswer(Answer):
    keys = fields.List(fields.Dict(keys=fields.String()), required=True)


class BadCredentials(Error):
    """Phone number or password is wrong."""

    code, status = "bad_credentials", 401
