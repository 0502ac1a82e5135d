"""Public programmes: part of a district's budget for a purpose, such as lectures (S16)."""

from enum import StrEnum

from marshmallow import fields, validate

from services.kernel.contract import Answer, Error, Event, Minutes, Request
from services.ledger.contract.basics import AMOUNT, DISTRICT, REASON


NAME = validate.Length(1, 100)
PURPOSE = validate.Length(1, 500)


class ProgrammeState(StrEnum):
    """open → closed. A closed one pays for what was promised, and for nothing new."""

    OPEN = "open"
    CLOSED = "closed"


class OpenProgramme(Request):
    """A district officer sets up a programme; it has nothing until it is funded.

    After the day ``ends_on`` it takes on no more requests; without one it goes on until closed.
    """

    district = fields.String(required=True, validate=DISTRICT)
    name = fields.String(required=True, validate=NAME)
    purpose = fields.String(required=True, validate=PURPOSE)
    ends_on = fields.Date(load_default=None)


class FundProgramme(Request):
    """A district officer moves minutes from the district's budget into the programme."""

    programme_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class ReturnProgramme(Request):
    """A district officer moves minutes that the programme does not need back into the budget."""

    programme_id = fields.UUID(required=True)
    minutes = Minutes(required=True, validate=AMOUNT)
    reason = fields.String(required=True, validate=REASON)


class CloseProgramme(Request):
    """A district officer ends a programme: what is left goes back into the budget.

    What is held stays promised; whatever of it is not spent goes into the budget as well.
    """

    programme_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ShowProgramme(Request):
    """A programme and its figures; everybody who is signed in may know."""

    programme_id = fields.UUID(required=True)


class ListProgrammes(Request):
    """The programmes of a district, the newest first."""

    district = fields.String(required=True, validate=DISTRICT)
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class ProgrammeAnswer(Answer):
    """``minutes`` are there to be promised, ``held`` ones are; ``spent`` were paid for service."""

    programme_id = fields.UUID(required=True)
    district = fields.String(required=True)
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    state = fields.Enum(ProgrammeState, by_value=True, required=True)
    opened_by = fields.UUID(required=True)
    opened_at = fields.AwareDateTime(required=True)
    minutes = fields.Integer(required=True)
    held_minutes = fields.Integer()
    spent_minutes = fields.Integer()


class ProgrammesAnswer(Answer):
    items = fields.List(fields.Nested(ProgrammeAnswer), required=True)
    next_cursor = fields.String(allow_none=True)


class ProgrammeMoveAnswer(Answer):
    """What was moved, and what the programme has after it."""

    programme_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True, allow_none=True)
    district = fields.String(required=True)
    state = fields.Enum(ProgrammeState, by_value=True, required=True)
    moved_minutes = fields.Integer(required=True)
    minutes = fields.Integer(required=True)


class ProgrammeOpened(Event):
    """A district has a new programme."""

    source, type, subject = "ledger", "programme.opened.v1", "programme_id"

    programme_id = fields.UUID(required=True)
    name = fields.String(required=True)
    purpose = fields.String(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    opened_by = fields.UUID(required=True)


class ProgrammeFunded(Event):
    """Minutes of the district's budget are set aside for a programme."""

    source, type, subject = "ledger", "programme.funded.v1", "programme_id"

    programme_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    reason = fields.String(required=True)
    funded_by = fields.UUID(required=True)


class ProgrammeReturned(Event):
    """Minutes of a programme are back in the district's budget."""

    source, type, subject = "ledger", "programme.returned.v1", "programme_id"

    programme_id = fields.UUID(required=True)
    transfer_id = fields.UUID(required=True)
    minutes = fields.Integer(required=True, strict=True)
    reason = fields.String(required=True)
    returned_by = fields.UUID(required=True)


class ProgrammeClosed(Event):
    """A programme takes on nothing more; ``returned_minutes`` went back into the budget."""

    source, type, subject = "ledger", "programme.closed.v1", "programme_id"

    programme_id = fields.UUID(required=True)
    returned_minutes = fields.Integer(required=True, strict=True)
    reason = fields.String(required=True)
    closed_by = fields.UUID(required=True)


class NoProgramme(Error):
    """There is no such programme in this district."""

    code, status = "no_programme", 404


class InsufficientProgramme(Error):
    """The programme does not cover this."""

    code, status = "insufficient_programme", 409


class ProgrammeIsClosed(Error):
    """This programme is closed, or its last day is over."""

    code, status = "programme_closed", 409
