"""What the ledger tells of disputes: what it has set aside, and what it has moved."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import handles
from services.ledger.contract import CoinsFrozen, DisputeSettled
from services.rating.domain.disputes import DISPUTE_MOVES, Dispute, DisputeAct
from services.rating.domain.outcomes import change_of_service
from services.rating.domain.stars import Served, ServiceChange
from services.rating.service.base import Facts, pick
from services.rating.service.disputing import DisputePart
from services.rating.storage import disputes, stars


class Settlements(DisputePart):
    @handles(CoinsFrozen)
    def keep_frozen(self, session: Session, event: Facts, call: Call) -> None:
        """An answer that is known, or comes when all is over, changes nothing."""
        dispute = disputes.lock_dispute(session, event["dispute_id"])
        act = DisputeAct.FREEZE
        if dispute.frozen_minutes is not None or (dispute.state, act) not in DISPUTE_MOVES:
            return
        frozen = {"frozen_minutes": event["frozen_minutes"], "frozen_reason": event["reason"]}
        self._step(session, dispute, act, call, by=None, **frozen)

    @handles(DisputeSettled)
    def settle_dispute(self, session: Session, event: Facts, call: Call) -> None:
        """Minutes that went back no longer count as served, and what was added does."""
        dispute = disputes.lock_dispute(session, event["dispute_id"])
        act = DisputeAct.REFUSE if event["refused"] else DisputeAct.SETTLE
        if (dispute.state, act) not in DISPUTE_MOVES:
            return
        returned, corrected = event["returned_minutes"], event["corrected_minutes"]
        moved = {"returned_minutes": returned, "corrected_minutes": corrected}
        refused = event["refused"] and str(event["refused"])
        self._step(session, dispute, act, call, by=None, refused=refused, **moved)
        self._count_service(session, dispute, returned, corrected, call)

    def _count_service(
        self, session: Session, dispute: Dispute, returned: int, corrected: int, call: Call
    ) -> None:
        served = stars.lock_served(session, dispute.volunteer_id)
        visit = disputes.find_disputable(session, dispute.visit_id)
        # Of one that is said not to have taken place, nothing was counted until now.
        names = ("visit_id", "volunteer_id", "ended_at", "category", "street")
        stars.add_served(session, Served(minutes=0, **pick(vars(visit), names)))
        change = ServiceChange(
            dispute_id=dispute.dispute_id,
            visit_id=dispute.visit_id,
            volunteer_id=dispute.volunteer_id,
            minutes=change_of_service(dispute.paid_minutes, returned, corrected),
            settled_at=call.now,
        )
        served.minutes += stars.save_change(session, change)
        self._award(session, dispute.volunteer_id, dispute.district, call)
