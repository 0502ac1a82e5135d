"""The conditions at a visit on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command, query
from services.rating import domain, storage
from services.rating.contract import RateConditions, ShowConditions
from services.rating.domain.rights import may_see_conditions, require_volunteer
from services.rating.service.base import Facts, RatingPart, pick, rules_at


class ConditionsThere(RatingPart):
    @command(RateConditions)
    def rate_conditions(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        require_volunteer(call.caller, visit)
        domain.require_storable(request["words"])
        policy = rules_at(session, call)
        domain.require_open(visit, call.now, policy)
        conditions = domain.Conditions(
            elder_id=visit.elder_id,
            volunteer_id=visit.volunteer_id,
            rated_at=call.now,
            policy_version=policy.version,
            **request,
        )
        storage.add_conditions(session, conditions)
        return pick(vars(conditions), ("visit_id", "rated_at"))

    @query(ShowConditions)
    def show_conditions(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        may_see_conditions(call.caller, visit)
        return dict(vars(storage.find_conditions(session, visit.visit_id)))
