"""Public programmes: an account of a district that pays for activities, so that elders need not."""

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Request
from services.matching.contract.catalogue import DISTRICT


class OpenProgramme(Request):
    """A district officer opens a programme; the district then grants it coins as it does to people.

    Its coins pay for service only, as all granted coins do.
    """

    district = fields.String(required=True, validate=DISTRICT)
    name = fields.String(required=True, validate=validate.Length(1, 80))


class ListProgrammes(Request):
    """The programmes of a district, for those who organise activities there."""

    district = fields.String(required=True, validate=DISTRICT)


class ProgrammeAnswer(Answer):
    programme_id = fields.UUID(required=True)
    district = fields.String(required=True)
    name = fields.String(required=True)
    opened_by = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)


class ProgrammesAnswer(Answer):
    items = fields.List(fields.Nested(ProgrammeAnswer), required=True)


class ProgrammeOpened(Event):
    """A programme has an account: the ledger opens a wallet under its id."""

    source, type, subject = "matching", "programme.opened.v1", "programme_id"

    programme_id = fields.UUID(required=True)
    name = fields.String(required=True)
    opened_by = fields.UUID(required=True)
    opened_on = fields.Date(required=True)


class NoSuchProgramme(Error):
    """The district of this street has no such programme."""

    code, status = "no_such_programme", 409
