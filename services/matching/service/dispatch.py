"""A day's dispatch on the wire: ask, see, accept or reject; the dispatcher computes."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import Error, InvalidRequest
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, every, query
from services.matching import answers, rights, shown, storage
from services.matching.contract import (
    AcceptPlan,
    AskForPlan,
    ListPlans,
    PlanAccepted,
    PlanAlreadyAsked,
    PlanStale,
    PlanState,
    RejectPlan,
    ShowPlan,
)
from services.matching.domain.candidates import Task
from services.matching.domain.plans import is_stale, plan_moved
from services.matching.domain.rechecks import DaysWays
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import days, plans
from services.matching.storage.finding_policies import finding_policy, planning_policy
from services.matching.storage.tables import RequestRow
from services.matching.storage.tables_plans import PlanRow


BOOK_SECONDS = 2
BOOKED = "booked"


class Dispatch(MatchingPart):
    @command(AskForPlan)
    def ask_for_plan(self, session: Session, request: Facts, call: Call) -> Facts:
        asked_by = rights.may_plan(call.caller, request["area"])
        if request["day"] < city_date(call.now):
            raise InvalidRequest(fields={"day": ["It lies in the past."]})
        plan = plans.add_plan(
            session,
            plan_id=uuid4(),
            area=request["area"],
            day=request["day"],
            state=PlanState.ASKED,
            asked_by=asked_by,
            asked_at=call.now,
            attempts=0,
        )
        if plan is None:
            raise PlanAlreadyAsked
        return shown.plan(plan)

    @query(ShowPlan)
    def show_plan(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        plan = found(plans.find_plan(session, request["plan_id"]), "No such plan.")
        rights.may_see(call.caller, plan.area)
        return shown.plan_with_lines(plan, plans.lines_of(session, plan.plan_id))

    @query(ListPlans)
    def list_plans(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.may_see(call.caller, request["area"])
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        rows = plans.plans_page(session, request["area"], limit + 1, before)
        page, cursor = answers.page(rows, limit, lambda row: (row.asked_at, row.plan_id))
        return {"items": [shown.plan(row) for row in page], "next_cursor": cursor}

    @command(AcceptPlan)
    def accept_plan(self, session: Session, request: Facts, call: Call) -> Facts:
        plan = self._lock_plan(session, request["plan_id"], call)
        if plan.state != PlanState.ACCEPTED:
            if plan.computed_at is not None:
                policy = planning_policy(session, call.now)
                is_past = plan.day < city_date(call.now)
                if is_past or is_stale(plan.computed_at, call.now, policy):
                    raise PlanStale(fields={"valid_minutes": policy.plan_valid_minutes})
            plan.state = plan_moved(PlanState(plan.state), PlanState.ACCEPTED)
            plan.decided_by, plan.decided_at = call.caller.person_id, call.now
            # A street's plan is booked at once; the rest of a district's follows in a moment.
            self._book_lines(session, plan, call)
        return shown.plan_with_lines(plan, plans.lines_of(session, plan.plan_id))

    @command(RejectPlan)
    def reject_plan(self, session: Session, request: Facts, call: Call) -> Facts:
        plan = self._lock_plan(session, request["plan_id"], call)
        plan.state = plan_moved(PlanState(plan.state), PlanState.REJECTED)
        plan.decided_by, plan.decided_at = call.caller.person_id, call.now
        plan.reason = request["reason"]
        return shown.plan(plan)

    @every(seconds=BOOK_SECONDS)
    def book_accepted_plans(self, session: Session, call: Call) -> None:
        plan = plans.unbooked_plan(session)
        if plan is not None:
            self._book_lines(session, plan, call)

    @every(seconds=60)
    def forget_plans_of_the_past(self, session: Session, call: Call) -> None:
        for plan in plans.plans_of_the_past(session, city_date(call.now)):
            plan.state = plan_moved(PlanState(plan.state), PlanState.STALE)

    def _lock_plan(self, session: Session, plan_id: UUID, call: Call) -> PlanRow:
        rights.signed_in(call.caller)
        plan = found(plans.lock_plan(session, plan_id), "No such plan.")
        rights.may_plan(call.caller, plan.area)
        return plan

    def _book_lines(self, session: Session, plan: PlanRow, call: Call) -> None:
        """Book a batch of an accepted plan's lines; each must still pass every rule.

        First those of booking, then those of planning: whatever was booked since may have taken
        the time for the way, or the rest of the volunteer's minutes.
        """
        lines = plans.lines_to_book(session, plan.plan_id)
        requests = storage.lock_requests(session, [line.request_id for line in lines])
        volunteers = [line.volunteer_id for line in lines if line.volunteer_id]
        storage.lock_people(session, *volunteers)
        tasks, ways = looked_at_again(session, plan, requests, volunteers, call)
        for line in lines:
            assert line.volunteer_id is not None
            try:
                with session.begin_nested():
                    row = requests[line.request_id]
                    line.booking_id = self._book(session, row, line.volunteer_id, call).booking_id
                    ways.add(tasks[line.request_id], line.volunteer_id)
                    line.outcome = BOOKED
            except Error as overtaken:
                line.outcome, line.booking_id = overtaken.code, None
        session.flush()
        if not plans.lines_to_book(session, plan.plan_id):
            plan.booked, plan.overtaken = plans.count_outcomes(session, plan.plan_id)
            self.record(
                session,
                PlanAccepted,
                plan_id=plan.plan_id,
                area=plan.area,
                day=plan.day,
                accepted_by=plan.decided_by,
                booked=plan.booked,
                overtaken=plan.overtaken,
                district=plan.area[:6],
            )


def looked_at_again(
    session: Session,
    plan: PlanRow,
    requests: dict[UUID, RequestRow],
    volunteers: list[UUID],
    call: Call,
) -> tuple[dict[UUID, Task], DaysWays]:
    """A batch's tasks, and its volunteers' days as they are booked now."""
    policy = planning_policy(session, call.now)
    if not volunteers:
        return {}, DaysWays((), policy.rules.travel)
    furthest = finding_policy(session, call.now).furthest_metres
    ground = days.Ground(*plans.middle_of(session, plan.plan_id), plan.day)
    found = days.tasks_of(session, list(requests.values()), ground, set(), call.now)
    helpers = days.helpers_of(session, days.among(volunteers), ground, plan.day, furthest, policy)
    tasks = {task.stop.request_id: task for task in found}
    return tasks, DaysWays(helpers, policy.rules.travel)
