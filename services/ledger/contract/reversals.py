"""Transfers that should not have been, taken back by a new one: once, by role, with a reason."""

from marshmallow import fields

from services.kernel.contract import Answer, Error, Event, Request
from services.ledger.contract.basics import REASON


class ReverseTransfer(Request):
    """Take back what a transfer moved, by a new transfer the other way.

    A grant, gift, donation, allocation, payment of a visit or award of points is reversed by an
    officer of the district of whoever has to give back, or by a city officer; a top-up or a
    transfer between budgets by a city officer alone. A paid visit's coins go back to the elder as
    they were before; its points are an award of their own. What a closed wallet is to get back goes
    into its estate.
    """

    transfer_id = fields.UUID(required=True)
    reason = fields.String(required=True, validate=REASON)


class ReversalAnswer(Answer):
    transfer_id = fields.UUID(required=True)
    reverses = fields.UUID(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    unit = fields.String(required=True)


class CoinsReversed(Event):
    """A transfer was reversed. ``kind`` and ``reference`` are its own: a post's is the visit.

    ``taken_from`` and ``given_to`` are people; none where a budget, a pool or a source is meant.
    """

    source, type, subject = "ledger", "coins.reversed.v1", "transfer_id"

    transfer_id = fields.UUID(required=True)
    reverses = fields.UUID(required=True)
    kind = fields.String(required=True)
    reference = fields.UUID(required=True)
    amount = fields.Integer(required=True, strict=True)
    unit = fields.String(required=True)
    taken_from = fields.UUID(required=True, allow_none=True)
    given_to = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True)
    reversed_by = fields.UUID(required=True)


class AlreadyReversed(Error):
    """This transfer has been reversed already."""

    code, status = "already_reversed", 409


class NotReversible(Error):
    """Transfers of this kind end in their own ways and are not reversed."""

    code, status = "not_reversible", 409
