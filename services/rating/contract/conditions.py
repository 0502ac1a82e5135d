"""What the volunteer found where the elder lives: said in private, for everybody's safety."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Request
from services.rating.contract.ratings import MOST_WORDS, STARS


class RateConditions(Request):
    """The volunteer says how safe it was there, once a visit; the street's agency reads it."""

    visit_id = fields.UUID(required=True)
    safety = fields.Integer(required=True, strict=True, validate=STARS)
    words = fields.String(load_default="", validate=validate.Length(max=MOST_WORDS))


class ShowConditions(Request):
    """What the volunteer of a visit said of the conditions there."""

    visit_id = fields.UUID(required=True)


class ConditionsKept(Answer):
    """It has been kept; neither the elder nor the volunteer is shown it again."""

    visit_id = fields.UUID(required=True)
    rated_at = fields.AwareDateTime(required=True)


class ConditionsAnswer(ConditionsKept):
    elder_id = fields.UUID(required=True)
    volunteer_id = fields.UUID(required=True)
    safety = fields.Integer(required=True)
    words = fields.String(required=True)
    policy_version = fields.Integer(allow_none=True)


class ConditionsAlreadyRated(Error):
    """The conditions at this visit have been told."""

    code, status = "conditions_already_rated", 409
