"""What is shown of a dispute, and to whom."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.rating import words
from services.rating.contract import DisputeAnswer, DisputeItem, Side
from services.rating.domain.contacts import without_contacts
from services.rating.domain.disputes import Decision, Dispute, DisputeAct, DisputeState, is_overdue
from services.rating.domain.disputes_rights import (
    Standing,
    holds_level,
    is_barred,
    possible_acts,
)
from services.rating.domain.outcomes import most_correction
from services.rating.service.base import Facts, dispute_rules_at, pick
from services.rating.service.disputing import DisputePart
from services.rating.storage import disputes


MADE = ("overdue", "acts", "zh", "en")
ITEM = tuple(name for name in DisputeItem().fields if name not in MADE)
PARTS = (*MADE, "evidence", "decisions", "steps", "most_correction_minutes")
WHOLE = tuple(name for name in DisputeAnswer().fields if name not in PARTS)
# What ends with the dispute's deadline.
WITH_DEADLINE = (DisputeAct.APPEAL, DisputeAct.DECIDE, DisputeAct.HAND_UP)


class ShownDisputes(DisputePart):
    def _item(self, session: Session, dispute: Dispute, call: Call) -> Facts:
        standing = self._standing(session, dispute, call)
        return pick(vars(dispute), ITEM) | self._now(session, dispute, standing, call)

    def _now(self, session: Session, dispute: Dispute, standing: Standing, call: Call) -> Facts:
        """Where it stands, and what the caller can do about it."""
        barred = False
        if holds_level(call.caller, dispute.level, dispute.street):
            parties = self._parties(session, dispute)
            # Whoever has decided asks the budget again.
            is_unfunded = dispute.state is DisputeState.UNFUNDED
            former = None if is_unfunded else self._former(session, dispute)
            is_close = self._is_close(session, dispute, call)
            barred = is_barred(call.caller, parties, is_close, former)
        acts = possible_acts(dispute, call.caller, standing, barred, call.now)
        overdue = is_overdue(dispute, call.now)
        return {
            "overdue": overdue,
            "acts": [
                {"act": act, "until": dispute.due_at if act in WITH_DEADLINE else None}
                for act in acts
            ],
            **words.dispute_in_words(dispute, overdue),
        }

    def _shown_dispute(self, session: Session, dispute: Dispute, call: Call) -> Facts:
        standing = self._standing(session, dispute, call)
        evidence = disputes.evidence_of(session, dispute.dispute_id)
        decisions = disputes.decisions_of(session, [dispute.dispute_id])[dispute.dispute_id]
        steps = disputes.steps_of(session, dispute.dispute_id)
        seen = [readable(each, each.side, standing) for each in evidence]
        history = [readable(each, None, standing) for each in steps]
        opened = readable(dispute, dispute.side, standing)
        rules = dispute_rules_at(session, call)
        return {
            **pick(vars(opened), WHOLE),
            **self._now(session, dispute, standing, call),
            "most_correction_minutes": most_correction(dispute, rules),
            "evidence": [dict(vars(each)) for each in seen],
            "decisions": [decision_shown(each, standing) for each in decisions],
            "steps": [dict(vars(each)) for each in history],
        }


def readable(said: Any, side: Side | None, standing: Standing) -> Any:
    """The staff and one's own side read all; the other side no number to reach somebody by."""
    if not standing.concerns or side is standing.side:
        return said
    return replace(said, words=without_contacts(said.words))


def decision_shown(decision: Decision, standing: Standing) -> Facts:
    """Both sides read the reason; a number that it quotes is nobody's to pass on."""
    reason = without_contacts(decision.reason) if standing.concerns else decision.reason
    return dict(vars(decision)) | {"reason": reason} | words.decision_in_words(decision)
