"""One plan in a process of its own, so that its memory is its own: what it cost, as JSON."""

import argparse
import json
import resource
import time

from services.matching.dispatching.solver import solve
from services.matching.domain.dispatch import DayPlan, first_come_first_served, plan_day
from services.matching.domain.finding_policy import PlanningPolicy
from tests.bench.ledger.people import policy_values
from tests.bench.matching.district import make_district


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=("dispatch", "turns"))
    parser.add_argument("--requests", type=int, default=5_000)
    parser.add_argument("--volunteers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rules = PlanningPolicy.from_values(1, policy_values()).rules
    tasks, helpers = make_district(arguments.requests, arguments.volunteers, arguments.seed)
    before = peak_megabytes()
    began, processor = time.perf_counter(), time.process_time()
    if arguments.way == "dispatch":
        plan = plan_day(tasks, helpers, rules, solve)
    else:
        plan = first_come_first_served(tasks, helpers, rules)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    print(json.dumps(outcome(plan) | cost(seconds, processor, before)))


def outcome(plan: DayPlan) -> dict[str, float]:
    special = [line for line in plan.lines if line.task.is_special]
    return {
        "served": plan.served,
        "special_served": sum(line.volunteer_id is not None for line in special),
        "special": len(special),
        "walking_km": plan.walking_metres / 1000,
        "metres_a_visit": plan.walking_metres / plan.served,
        "sweeps": plan.sweeps,
    }


def cost(seconds: float, processor: float, before: float) -> dict[str, float]:
    return {
        "seconds": seconds,
        "processor_seconds": processor,
        "megabytes": peak_megabytes(),
        "megabytes_before": before,
    }


def peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
