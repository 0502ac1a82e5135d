"""One plan: take what was asked for, read the day, compute, keep the lines."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.database import transact
from services.matching import storage, striking
from services.matching.contract import PlanState
from services.matching.dispatching.solver import solve
from services.matching.domain.candidates import Task
from services.matching.domain.dispatch import DayPlan, Line, plan_day
from services.matching.domain.finding_policy import FindingPolicy, PlanningPolicy
from services.matching.domain.plans import plan_moved
from services.matching.domain.routes import Helper
from services.matching.storage import days, plans
from services.matching.storage.finding_policies import finding_policy, planning_policy
from services.matching.storage.standing import groups_of


# Longer than any plan takes; then whoever had it is taken for dead.
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3

Begin = Callable[[], Any]


@dataclass(frozen=True)
class Taken:
    """A plan that is ours for the time of the lease."""

    plan_id: UUID
    area: str
    day: date
    attempts: int


def compute_next(begin: Begin, now: datetime) -> UUID | None:
    """Compute the plan that has waited longest; its id, or None when nobody asks for any.

    The processor's work lies between two short transactions. When it fails, another attempt is
    made, and after some the plan fails with the reason.
    """
    taken = transact(begin, lambda session: take(session, now))
    if taken is None:
        return None
    try:
        tasks, helpers, policy = transact(begin, lambda session: read_day(session, taken, now))
        plan = plan_day(tasks, helpers, policy.rules, solve)
        transact(begin, lambda session: keep(session, taken, plan, policy, now))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:200]
        transact(begin, lambda session: give_up(session, taken, reason))
        raise
    return taken.plan_id


def take(session: Session, now: datetime) -> Taken | None:
    row = plans.take_asked_plan(session, now, LEASE)
    if row is None:
        return None
    if row.attempts > MOST_ATTEMPTS:
        row.state = plan_moved(PlanState(row.state), PlanState.FAILED)
        row.reason = row.reason or "The dispatcher died each time it tried."
        return None
    return Taken(row.plan_id, row.area, row.day, row.attempts)


def read_day(
    session: Session, taken: Taken, now: datetime
) -> tuple[list[Task], list[Helper], PlanningPolicy]:
    policy: PlanningPolicy = planning_policy(session, now)
    finding: FindingPolicy = finding_policy(session, now)
    requests = days.requests_of_day(session, taken.area, taken.day, now)
    if not requests:
        return [], [], policy
    ground = days.Ground.of(requests, taken.day)
    special = set(groups_of(session, {row.elder_id for row in requests}))
    tasks = days.tasks_of(session, requests, ground, special, now)
    furthest = finding.furthest_metres
    near = days.around_here(ground, ground.reach(requests) + furthest)
    helpers = days.helpers_of(session, near, ground, taken.day, furthest, policy)
    ids = [helper.volunteer_id for helper in helpers]
    paused = striking.paused_among(session, ids, now, storage.policy_in_force(session, now))
    return tasks, [each for each in helpers if each.volunteer_id not in paused], policy


def keep(
    session: Session, taken: Taken, plan: DayPlan, policy: PlanningPolicy, now: datetime
) -> None:
    """Store the plan, unless it was decided otherwise or computed by another meanwhile."""
    row = plans.lock_plan(session, taken.plan_id)
    if row is None or row.state != PlanState.ASKED or row.attempts != taken.attempts:
        return
    row.state = plan_moved(PlanState(row.state), PlanState.COMPUTED)
    row.taken_until, row.reason = None, None
    row.computed_at, row.policy_version = now, policy.version
    row.requests, row.served = len(plan.lines), plan.served
    row.walking_metres = plan.walking_metres
    plans.add_lines(session, [line_facts(taken.plan_id, line) for line in plan.lines])
    for earlier in plans.earlier_computed(session, row):
        earlier.state = plan_moved(PlanState(earlier.state), PlanState.STALE)


def give_up(session: Session, taken: Taken, reason: str) -> None:
    """Let it be tried again at once, or say why it cannot be done."""
    row = plans.lock_plan(session, taken.plan_id)
    if row is None or row.state != PlanState.ASKED or row.attempts != taken.attempts:
        return
    row.taken_until, row.reason = None, reason
    if row.attempts >= MOST_ATTEMPTS:
        row.state = plan_moved(PlanState(row.state), PlanState.FAILED)


def line_facts(plan_id: UUID, line: Line) -> dict[str, Any]:
    task = line.task
    parts: list[tuple[str, int]] = []
    if task.is_special:
        parts.append(("special_group", 1))
    if task.waiting_days:
        parts.append(("waiting_days", task.waiting_days))
    if line.metres is not None:
        parts.append(("walking", line.metres))
    if line.volunteer_id in task.known:
        parts.append(("familiar", 1))
    return {
        "plan_id": plan_id,
        "request_id": task.stop.request_id,
        "volunteer_id": line.volunteer_id,
        "metres": line.metres,
        "parts": parts,
        "unserved": line.unserved,
    }
