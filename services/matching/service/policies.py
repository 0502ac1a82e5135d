"""Why a visit was credited what it was, and what a draft of the policy would have credited."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy.orm import Session

from services.identity.contract import PolicyProposed, Role
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA
from services.kernel.service import handles, query
from services.matching import domain, rights, storage
from services.matching.contract import DryRunDraft, ExplainVisit
from services.matching.domain.dry_runs import day_of, next_day, replay
from services.matching.domain.policy import MatchingPolicy
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import proposals
from services.matching.words import step_told, visit_told


class Policies(MatchingPart):
    @handles(PolicyProposed)
    def keep_proposal(self, session: Session, event: Facts, call: Call) -> None:
        names = ("draft_id", "base_version", "effective_from", "values", "sequence")
        proposals.save_proposal(session, **{name: event[name] for name in names})

    @query(ExplainVisit)
    def explain_visit(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.find_request(session, visit.request_id)
        assert row is not None
        self._may_see(session, row, call, visit.volunteer_id)
        policy = storage.policy_of_version(session, visit.policy_version)
        values = domain.limits_of_steps(row.minutes, policy)
        return {
            "visit_id": visit.visit_id,
            "policy_version": visit.policy_version,
            "minutes": visit.minutes,
            "state": visit.state,
            **visit_told(visit.state, visit.minutes),
            "steps": list(steps_told(visit.explanation or (), values)),
        }

    @query(DryRunDraft)
    def dry_run_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        call.caller.require(Role.CITY_OFFICER, CITY_AREA)
        draft = found(
            proposals.find_proposal(session, request["draft_id"]),
            "No such draft has been submitted.",
        )
        day = day_of(request["month"], request["cursor"], city_date(call.now))
        visits = proposals.completed_on(session, day)
        kept = visits[: proposals.MOST_VISITS]
        policy = MatchingPolicy.from_values(draft.base_version + 1, draft.values)
        so_far = {}
        if policy.most_minutes_in_all is not None:
            volunteers = {past.volunteer_id for past in kept}
            so_far = proposals.credited_before(session, volunteers, day)
        return {
            "draft_id": draft.draft_id,
            "base_version": draft.base_version,
            "day": day,
            "whole": len(kept) == len(visits),
            "totals": [vars(total) for total in replay(kept, so_far, policy)],
            "next_cursor": next_day(day, city_date(call.now)),
        }


def steps_told(explanation: Iterable[Facts], values: Mapping[str, int]) -> Iterator[Facts]:
    """Each step in words, by what it left of what was there before it."""
    before = None
    for step in explanation:
        yield step_told(step["rule"], values.get(step["rule"]), step["minutes"], before)
        before = step["minutes"]
