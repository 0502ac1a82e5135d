"""Disputes on the wire: coins are set aside when one is opened, and moved when it is closed."""

from typing import Any

from services.kernel.caller import Call
from services.ledger import domain
from services.ledger.gathering import PostingService, posts_on
from services.rating.contract import DisputeClosed, DisputeOpened


NAMED = ("dispute_id", "visit_id", "request_id", "volunteer_id", "district")
DECIDED = ("returned_minutes", "corrected_minutes", "decided_by", "reason")


class Disputes(PostingService):
    """The part of the ledger that follows disputes; it decides none."""

    @posts_on(DisputeOpened)
    def freeze_visit(self, event: dict[str, Any], call: Call) -> domain.Command:
        return domain.FreezeVisit(**{name: event[name] for name in (*NAMED, "freezes")})

    @posts_on(DisputeClosed)
    def settle_dispute(self, event: dict[str, Any], call: Call) -> domain.Command:
        return domain.SettleDispute(**{name: event[name] for name in (*NAMED, *DECIDED)})
