"""What every operation on disputes stands on: the lock, the deadlines, the next step."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.kernel.caller import Call
from services.rating import domain, storage
from services.rating.contract import DisputeClosed, DisputeDecided, Ending, Outcome
from services.rating.domain.disputes import (
    Decision,
    Disputable,
    Dispute,
    DisputeAct,
    deadline,
    due_act,
    higher,
    moved,
)
from services.rating.domain.disputes_rights import Standing, parties_of, standing_of
from services.rating.domain.powers import is_agent, leads
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.storage import disputes


ABOUT = ("dispute_id", "visit_id", "request_id", "elder_id", "volunteer_id", "district")


def about(dispute: Dispute) -> Facts:
    """What every event tells of a dispute."""
    return {name: getattr(dispute, name) for name in ABOUT}


class DisputePart(RatingPart):
    """One room of disputes."""

    def _lock(
        self, session: Session, dispute_id: UUID, call: Call, rules: domain.DisputePolicy
    ) -> Dispute:
        """Nobody else changes it now; what its deadline does, is done before anything else."""
        return self._caught_up(session, disputes.lock_dispute(session, dispute_id), call, rules)

    def _caught_up(
        self, session: Session, dispute: Dispute, call: Call, rules: domain.DisputePolicy
    ) -> Dispute:
        act = due_act(dispute, call.now)
        if act is DisputeAct.CLOSE:
            [decision] = disputes.decisions_of(session, [dispute.dispute_id])[dispute.dispute_id]
            dispute = self._step(session, dispute, act, call, by=None, due_at=None)
            return self._close(session, dispute, Ending.DECIDED, decision, call)
        if act is DisputeAct.ESCALATE:
            return self._hand_up(session, dispute, act, call, rules, by=None)
        return dispute

    def _hand_up(
        self,
        session: Session,
        dispute: Dispute,
        act: DisputeAct,
        call: Call,
        rules: domain.DisputePolicy,
        by: UUID | None,
        words: str = "",
    ) -> Dispute:
        """The next level has its own time, from now."""
        level = higher(dispute.level)
        due_at = deadline(level, call.now, rules)
        return self._step(session, dispute, act, call, by, words, level=level, due_at=due_at)

    def _step(
        self,
        session: Session,
        dispute: Dispute,
        act: DisputeAct,
        call: Call,
        by: UUID | None,
        words: str = "",
        **changes: Any,
    ) -> Dispute:
        """The only place where a dispute's state changes; raises what refuses it."""
        dispute = replace(dispute, state=moved(dispute.state, act), **changes)
        disputes.save_dispute(session, dispute)
        disputes.add_step(session, dispute, act, by, words, call.now)
        return dispute

    def _decided(
        self, session: Session, dispute: Dispute, decision: Decision, call: Call
    ) -> Dispute:
        """Tell of a decision; the one on appeal is the last."""
        self.record(
            session,
            DisputeDecided,
            **about(dispute),
            **pick(vars(decision), ("level", "outcome", "returned_minutes", "corrected_minutes")),
            **pick(vars(decision), ("decided_by", "is_appeal", "decided_at")),
            appealable_until=dispute.due_at,
        )
        if not decision.is_appeal:
            return dispute
        return self._close(session, dispute, Ending.APPEAL_DECIDED, decision, call)

    def _close(
        self, session: Session, dispute: Dispute, ending: Ending, decision: Decision, call: Call
    ) -> Dispute:
        """From here on the ledger moves what was decided."""
        dispute = replace(dispute, ending=ending, closed_at=call.now)
        disputes.save_dispute(session, dispute)
        self._tell_closed(
            session,
            dispute,
            decision.outcome,
            decision.returned_minutes,
            decision.corrected_minutes,
            decision.decided_by,
            call,
        )
        return dispute

    def _tell_closed(
        self,
        session: Session,
        dispute: Dispute,
        outcome: Outcome,
        returned: int,
        corrected: int,
        decided_by: UUID,
        call: Call,
    ) -> None:
        self.record(
            session,
            DisputeClosed,
            **about(dispute),
            outcome=outcome,
            returned_minutes=returned,
            corrected_minutes=corrected,
            decided_by=decided_by,
            reason=dispute.ending,
            closed_at=call.now,
        )

    def _standing(self, session: Session, visit: Disputable | Dispute, call: Call) -> Standing:
        """Where the caller stands between the two whom the visit concerns."""
        person_id = domain.signed_in(call.caller)
        over_elder = storage.powers_over(session, visit.elder_id, person_id)
        over_volunteer = storage.powers_over(session, visit.volunteer_id, person_id)
        return standing_of(
            call.caller,
            visit,
            is_agent(over_elder, Scope.RATING, call.now),
            leads(over_volunteer),
        )

    def _parties(self, session: Session, dispute: Dispute) -> frozenset[UUID | None]:
        visit = disputes.find_disputable(session, dispute.visit_id)
        evidence = disputes.evidence_of(session, dispute.dispute_id)
        return parties_of(dispute, visit.acted_by, evidence)

    def _is_close(self, session: Session, dispute: Dispute, call: Call) -> bool:
        """Whether the caller is a relative of one of the two, their guardian, or acts for them."""
        person_id = domain.signed_in(call.caller)
        both = (dispute.elder_id, dispute.volunteer_id)
        return any(storage.powers_over(session, each, person_id) for each in both) or (
            storage.is_kin(session, person_id, both)
        )

    def _former(self, session: Session, dispute: Dispute) -> Decision | None:
        """What was decided already: whoever decided it does not hear the appeal."""
        found = disputes.decisions_of(session, [dispute.dispute_id])[dispute.dispute_id]
        return found[0] if found else None


def appealable(rules: domain.DisputePolicy) -> timedelta:
    return timedelta(days=rules.appeal_days)
