"""Disputes on the wire: what those concerned do, and what they are shown."""

from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.kernel.caller import Call
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.policy import policy_of_version, version_told
from services.kernel.service import command, query
from services.rating import domain, storage
from services.rating.contract import (
    AddEvidence,
    AppealDispute,
    DisputeOpened,
    Ending,
    Level,
    ListMyDisputes,
    OpenDispute,
    Outcome,
    ShowDispute,
    WithdrawDispute,
)
from services.rating.domain.disputes import (
    DISPUTE_MOVES,
    Dispute,
    DisputeAct,
    Evidence,
    appeal_closed,
    check_evidence,
    check_opening,
    deadline,
    level_of_appeal,
)
from services.rating.domain.disputes_rights import may_see, may_withdraw, side_of, side_spoken_for
from services.rating.domain.powers import is_agent, leads
from services.rating.service.base import Facts, dispute_rules_at, pick
from services.rating.service.disputing import about
from services.rating.service.showing import ShownDisputes
from services.rating.storage import dispute_lists, disputes, stars


OPENED = ("opened_by", "side", "claim", "freezes", "street", "opened_at", "programme_id")


class Disputes(ShownDisputes):
    @command(OpenDispute)
    def open_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = domain.signed_in(call.caller)
        visit = disputes.find_disputable(session, request["visit_id"])
        side = side_of(self._standing(session, visit, call))
        domain.require_storable(request["words"])
        rules = dispute_rules_at(session, call)
        paid = visit.minutes + stars.change_of_visit(session, visit.visit_id)
        former = disputes.last_ended(session, visit.visit_id, side)
        claimed = (request["claim"], request["claimed_minutes"])
        check_opening(visit, paid, *claimed, former, call.now, rules)
        names = ("visit_id", "request_id", "elder_id", "volunteer_id", "street")
        dispute = Dispute(
            dispute_id=uuid4(),
            **pick(vars(visit), (*names, "planned_minutes", "programme_id")),
            **pick(request, ("claim", "words", "claimed_minutes")),
            side=side,
            opened_by=person_id,
            opened_at=call.now,
            policy_version=rules.version,
            paid_minutes=paid,
            due_at=deadline(Level.STREET, call.now, rules),
        )
        disputes.add_dispute(session, dispute)
        disputes.add_step(session, dispute, "open", person_id, dispute.words, call.now)
        facts = {name: getattr(dispute, name) for name in OPENED}
        self.record(session, DisputeOpened, **about(dispute), **facts)
        return self._shown_dispute(session, dispute, call)

    @query(ShowDispute)
    def show_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        dispute = disputes.find_dispute(session, request["dispute_id"])
        may_see(self._standing(session, dispute, call))
        return self._shown_dispute(session, dispute, call)

    @command(AddEvidence)
    def add_evidence(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        standing = self._standing(session, dispute, call)
        side = side_spoken_for(standing, request["side"], clerk_speaks=True)
        domain.require_storable(request["words"])
        told = disputes.evidence_of(session, dispute.dispute_id)
        check_evidence(dispute, sum(each.side is side for each in told), rules)
        facts = {"side": side, "given_by": person_id, "words": request["words"]}
        evidence = Evidence(uuid4(), dispute.dispute_id, **facts, given_at=call.now)
        disputes.add_evidence(session, evidence)
        return self._shown_dispute(session, dispute, call)

    @command(WithdrawDispute)
    def withdraw_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        """Whoever opened it thinks better of it: what was set aside goes back."""
        domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        person_id = may_withdraw(call.caller, dispute, self._standing(session, dispute, call))
        dispute = self._step(
            session,
            dispute,
            DisputeAct.WITHDRAW,
            call,
            person_id,
            ending=Ending.WITHDRAWN,
            closed_at=call.now,
            due_at=None,
        )
        self._tell_closed(session, dispute, Outcome.STAND, 0, 0, person_id, call)
        return self._shown_dispute(session, dispute, call)

    @command(AppealDispute)
    def appeal_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        standing = self._standing(session, dispute, call)
        side_spoken_for(standing, request["side"], clerk_speaks=False)
        domain.require_storable(request["words"])
        self._require_appealable(session, dispute)
        level = level_of_appeal(dispute.level)
        due_at = deadline(level, call.now, rules)
        dispute = self._step(
            session,
            dispute,
            DisputeAct.APPEAL,
            call,
            person_id,
            request["words"],
            level=level,
            due_at=due_at,
            appealed_by=person_id,
        )
        return self._shown_dispute(session, dispute, call)

    def _require_appealable(self, session: Session, dispute: Dispute) -> None:
        """Raise AppealClosed with the days that were given when it was decided, not today's."""
        if (dispute.state, DisputeAct.APPEAL) in DISPUTE_MOVES:
            return
        decisions = disputes.decisions_of(session, [dispute.dispute_id])[dispute.dispute_id]
        if decisions and not decisions[0].is_appeal:
            policy = policy_of_version(session, decisions[0].policy_version)
            rules = domain.DisputePolicy.from_values(policy.version, policy.values)
            closed = appeal_closed(decisions[0], rules)
            if policy.effective_from is not None:
                closed.policy = version_told(policy.version, policy.effective_from)
            raise closed

    @query(ListMyDisputes)
    def list_my_disputes(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = domain.signed_in(call.caller)
        led = storage.led_by(session, person_id)
        elders = {each for each in led if is_agent(led[each], Scope.RATING, call.now)}
        pupils = {each for each in led if leads(led[each])}
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = dispute_lists.disputes_of(session, person_id, elders, pupils, limit + 1, before)
        last = found[limit - 1] if len(found) > limit else None
        return {
            "items": [self._item(session, each, call) for each in found[:limit]],
            "next_cursor": encode_cursor(last.opened_at, last.dispute_id) if last else None,
        }
