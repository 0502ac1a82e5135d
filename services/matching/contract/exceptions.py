"""The exceptions queue: visits that wait for a clerk, each with its reasons and their evidence."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Request


AREA = validate.Regexp(r"^[0-9]{6}([0-9]{3})?$", error="The code of a district or a street.")


class ExceptionReason(StrEnum):
    """Why a visit waits for a clerk. None of them refuses anything by itself."""

    MISSING_CHECK_OUT = "missing_check_out"
    ACCOUNT_CLOSED = "account_closed"
    OUT_OF_FENCE = "out_of_fence"
    OVERLAP = "overlap"
    OVER_LONG = "over_long"
    IMPOSSIBLE_TRAVEL = "impossible_travel"
    OFFLINE_LATE = "offline_late"
    CLOCK_SKEW = "clock_skew"
    UNUSUAL_HOURS = "unusual_hours"
    SAME_DEVICE = "same_device"
    BOTH_SIDES = "both_sides"
    GUARDIANS_DEVICE = "guardians_device"
    ROUND_TRIP = "round_trip"
    RING = "ring"


class ExceptionState(StrEnum):
    """open → decided."""

    OPEN = "open"
    DECIDED = "decided"


class ReasonAnswer(Answer):
    """One reason, with what was found, as facts and in words."""

    reason = fields.String(required=True)
    evidence = fields.Dict(keys=fields.String(), required=True)
    words_zh = fields.String(required=True)
    words_en = fields.String(required=True)


class ExceptionAnswer(Answer):
    """A visit's place in the queue; ``overdue`` once it waits longer than the policy wants."""

    state = fields.String(required=True)
    raised_at = fields.AwareDateTime(required=True)
    overdue = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True)
    decided_by = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    decision_reason = fields.String(allow_none=True)


class ListExceptions(Request):
    """The visits of a street or district that wait for a clerk, those waiting longest first."""

    area = fields.String(required=True, validate=AREA)
    state = fields.Enum(ExceptionState, by_value=True, load_default=ExceptionState.OPEN)
    reason = fields.Enum(ExceptionReason, by_value=True, load_default=None)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))
