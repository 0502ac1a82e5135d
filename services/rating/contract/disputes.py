"""A dispute over a visit's minutes: who says so, who decides, what it comes to (S8, S9)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Event


MINUTES = validate.Range(0, 24 * 60)


class Side(StrEnum):
    """Whose word opens the dispute."""

    ELDER = "elder"
    VOLUNTEER = "volunteer"
    CLERK = "clerk"


class Claim(StrEnum):
    """What is said of the minutes that the visit was paid."""

    TOO_MUCH = "too_much"
    TOO_LITTLE = "too_little"
    OTHER = "other"


class Level(StrEnum):
    """Who decides: the clerk of the street, then the district's officer, then the city's."""

    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


class Outcome(StrEnum):
    """The minutes stand, some or all go back to who paid, or the district's budget adds some."""

    STAND = "stand"
    PARTIAL = "partial"
    REVERSE = "reverse"
    CORRECTION = "correction"


class Ending(StrEnum):
    """How a dispute came to its end."""

    DECIDED = "decided"
    APPEAL_DECIDED = "appeal_decided"
    WITHDRAWN = "withdrawn"


class DisputeOpened(Event):
    """Somebody disputes the minutes of a visit; if it ``freezes``, its coins are set aside."""

    source, type, subject = "rating", "dispute.opened.v1", "dispute_id"

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    opened_by = fields.UUID(required=True)
    side = fields.Enum(Side, by_value=True, required=True)
    claim = fields.Enum(Claim, by_value=True, required=True)
    freezes = fields.Boolean(required=True)
    street = fields.String(required=True)
    opened_at = fields.AwareDateTime(required=True)
    programme_id = fields.UUID(allow_none=True)


class DisputeDecided(Event):
    """An arbiter has decided; until the time of appeal is over nothing moves."""

    source, type, subject = "rating", "dispute.decided.v1", "dispute_id"

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    level = fields.Enum(Level, by_value=True, required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    returned_minutes = fields.Integer(required=True, strict=True, validate=MINUTES)
    corrected_minutes = fields.Integer(required=True, strict=True, validate=MINUTES)
    decided_by = fields.UUID(required=True)
    is_appeal = fields.Boolean(required=True)
    appealable_until = fields.AwareDateTime(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True)


class DisputeClosed(Event):
    """The dispute is over: what it returns and corrects is moved now, and only once.

    ``reason`` is one of Ending; the arbiter's words stay in rating, where both sides read them.
    Where a correction was refused, it may be told again: then only the correction is still open.
    """

    source, type, subject = "rating", "dispute.closed.v1", "dispute_id"

    dispute_id = fields.UUID(required=True)
    visit_id = fields.UUID(required=True)
    request_id = fields.UUID(required=True)
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    returned_minutes = fields.Integer(required=True, strict=True, validate=MINUTES)
    corrected_minutes = fields.Integer(required=True, strict=True, validate=MINUTES)
    decided_by = fields.UUID(required=True)
    reason = fields.String(required=True)
    closed_at = fields.AwareDateTime(required=True)
