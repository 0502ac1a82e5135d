"""The city's policy as versions."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request


class AdoptPolicy(Request):
    """Put the city's first policy in force; what follows it is drafted, and approved by another.

    ``document`` is the same values with the source and reason of each.
    """

    version = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)
    document = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)


class ShowPolicy(Request):
    """The policy in force now."""


class PolicyAnswer(Answer):
    version = fields.Integer(required=True)
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class PolicyAdopted(Event):
    """A version of the policy has been put in force from a date on."""

    source, type, subject = "identity", "policy.adopted.v1", "version"

    version = fields.Integer(required=True, strict=True)
    effective_from = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class PolicyConflict(Error):
    """The next policy's version must follow the one in force."""

    code, status = "policy_conflict", 409
