"""Disputes on the wire: what arbiters do, their worklist, and the numbers without names."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.calendar import CITY_TIME
from services.kernel.caller import Call
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import command, every, query
from services.rating import domain, metrics
from services.rating.contract import (
    DecideDispute,
    HandUpDispute,
    ListDisputesToDecide,
    Outcome,
    OutcomeNotPossible,
    SettleDisputeAgain,
    ShowDisputeStatistics,
    SweepDisputes,
)
from services.rating.domain.dispute_statistics import counted
from services.rating.domain.disputes import Decision, Dispute, DisputeAct, DisputeState
from services.rating.domain.disputes_rights import (
    may_decide,
    may_list_to_decide,
    may_see_dispute_statistics,
    require_level,
    require_sweeper,
)
from services.rating.domain.outcomes import minutes_moved
from services.rating.service.base import Facts, dispute_rules_at
from services.rating.service.disputing import appealable
from services.rating.service.showing import ShownDisputes
from services.rating.storage import dispute_lists, disputes


# Deadlines are of days, and whoever comes after one finds it kept in any case.
SWEEP_SECONDS = 600
MOST_SWEPT = 100


class Arbiters(ShownDisputes):
    @command(HandUpDispute)
    def hand_up_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        """Also by somebody who may not decide it, for they took part."""
        domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        by = require_level(call.caller, dispute)
        domain.require_storable(request["reason"])
        act, words = DisputeAct.HAND_UP, request["reason"]
        dispute = self._hand_up(session, dispute, act, call, rules, by, words)
        return self._shown_dispute(session, dispute, call)

    @command(DecideDispute)
    def decide_dispute(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        decided_by = self._arbiter(session, dispute, call, self._former(session, dispute))
        domain.require_storable(request["reason"])
        is_appeal = dispute.state is DisputeState.APPEALED
        due_at = None if is_appeal else call.now + appealable(rules)
        act, words = DisputeAct.DECIDE, request["reason"]
        dispute = self._step(session, dispute, act, call, decided_by, words, due_at=due_at)
        asked = (request["outcome"], request["returned_minutes"], request["corrected_minutes"])
        returned, corrected = minutes_moved(dispute, *asked, rules)
        decision = Decision(
            dispute_id=dispute.dispute_id,
            is_appeal=is_appeal,
            level=dispute.level,
            outcome=request["outcome"],
            returned_minutes=returned,
            corrected_minutes=corrected,
            reason=words,
            decided_by=decided_by,
            decided_at=call.now,
            policy_version=rules.version,
        )
        disputes.add_decision(session, decision)
        dispute = self._decided(session, dispute, decision, call)
        return self._shown_dispute(session, dispute, call)

    def _arbiter(
        self, session: Session, dispute: Dispute, call: Call, former: Decision | None
    ) -> UUID:
        parties = self._parties(session, dispute)
        is_close = self._is_close(session, dispute, call)
        return may_decide(call.caller, dispute, parties, is_close, former)

    @command(SettleDisputeAgain)
    def settle_dispute_again(self, session: Session, request: Facts, call: Call) -> Facts:
        """What the budget did not cover is asked of it again, or given up in part or whole."""
        domain.signed_in(call.caller)
        rules = dispute_rules_at(session, call)
        dispute = self._lock(session, request["dispute_id"], call, rules)
        by = self._arbiter(session, dispute, call, former=None)
        domain.require_storable(request["reason"])
        decision = disputes.decisions_of(session, [dispute.dispute_id])[dispute.dispute_id][-1:]
        act, words = DisputeAct.SETTLE_AGAIN, request["reason"]
        dispute = self._step(session, dispute, act, call, by, words, refused=None)
        corrected, most = request["corrected_minutes"], decision[0].corrected_minutes
        if corrected > most:
            raise OutcomeNotPossible(fields={"most_correction_minutes": most})
        outcome = Outcome.CORRECTION if corrected else Outcome.STAND
        self._tell_closed(session, dispute, outcome, 0, corrected, by, call)
        return self._shown_dispute(session, dispute, call)

    @query(ListDisputesToDecide)
    def list_disputes_to_decide(self, session: Session, request: Facts, call: Call) -> Facts:
        area, level = request["area"], request["level"]
        may_list_to_decide(call.caller, area, level)
        limit, after = request["limit"], read_cursor(request["cursor"], deadline_of)
        found = dispute_lists.disputes_to_decide(session, area, level, limit + 1, after)
        last = found[limit - 1] if len(found) > limit else None
        return {
            "items": [self._item(session, each, call) for each in found[:limit]],
            "next_cursor": encode_cursor(last.due_at, last.dispute_id) if last else None,
        }

    @query(ShowDisputeStatistics)
    def show_dispute_statistics(self, session: Session, request: Facts, call: Call) -> Facts:
        area, days = request["area"], (request["from_date"], request["until_date"])
        may_see_dispute_statistics(call.caller, area)
        rules = dispute_rules_at(session, call)
        since = datetime.combine(days[0], time(), CITY_TIME)
        last = min(days[1], date.max - timedelta(days=1))
        until = datetime.combine(last + timedelta(days=1), time(), CITY_TIME)
        told = dispute_lists.told_of(session, area, since, until)
        districts = sorted({each.district for each in told})
        return {
            "area": area,
            "from_date": days[0],
            "until_date": days[1],
            "least_shown": rules.least_shown,
            "policy_version": rules.version,
            "districts": [
                counted(code, [each for each in told if each.district == code], rules.least_shown)
                for code in districts
            ],
        }

    @command(SweepDisputes)
    def sweep_disputes(self, session: Session, request: Facts, call: Call) -> Facts:
        require_sweeper(call.caller)
        return self._sweep(session, call)

    @every(seconds=SWEEP_SECONDS)
    def sweep_overtaken(self, session: Session, call: Call) -> None:
        self._sweep(session, call)
        metrics.show_disputes(*dispute_lists.left_waiting(session, call.now))

    def _sweep(self, session: Session, call: Call) -> Facts:
        """What deadlines have overtaken; of replicas each takes what no other works on."""
        swept = {DisputeState.SETTLING: 0}
        found = dispute_lists.overtaken(session, call.now, MOST_SWEPT)
        rules = dispute_rules_at(session, call) if found else None
        for dispute in found:
            assert rules is not None
            state = self._caught_up(session, dispute, call, rules).state
            swept[state] = swept.get(state, 0) + 1
        closed = swept.pop(DisputeState.SETTLING)
        return {"escalated": sum(swept.values()), "closed": closed}


def deadline_of(key: Any) -> datetime | None:
    """The sort key of what waits: a deadline, or none of what waits for the budget."""
    return None if key is None else moment(key)
