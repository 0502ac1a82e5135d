"""The numbers that finding and dispatch need of the policy in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.matching.domain.dispatch import DispatchRules
from services.matching.domain.routes import Travel


PER_MILLE = 1000


@dataclass(frozen=True)
class FindingPolicy:
    """One version's rules for finding and inviting volunteers."""

    version: int
    nearest_candidates: int
    furthest_metres: int
    weights: Mapping[str, float]
    prior_stars: float
    prior_ratings: float
    familiar_after_visits: int
    fair_share_days: int
    most_invitations: int
    answer_hours: int
    answer_before_start_minutes: int

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "FindingPolicy":
        return FindingPolicy(version=version, **values["finding"])


@dataclass(frozen=True)
class PlanningPolicy:
    """One version's rules for a day's dispatch."""

    version: int
    rules: DispatchRules
    adult_age: int
    most_minutes_a_day: int
    plan_valid_minutes: int

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "PlanningPolicy":
        dispatch = values["dispatch"]
        travel = Travel(
            way_factor=dispatch["way_factor"],
            walking_metres_a_minute=dispatch["walking_metres_a_minute"],
            bus_metres_a_minute=dispatch["bus_metres_a_minute"],
            bus_wait_minutes=dispatch["bus_wait_minutes"],
        )
        rules = DispatchRules(
            travel=travel,
            nearest_volunteers=dispatch["nearest_volunteers"],
            near_requests=dispatch["near_requests"],
            most_sweeps=dispatch["most_sweeps"],
            enough_gain=dispatch["enough_gain_per_mille"] / PER_MILLE,
            special_group_metres=dispatch["special_group_metres"],
            waiting_day_metres=dispatch["waiting_day_metres"],
            most_waiting_days=dispatch["most_waiting_days"],
            unknown_volunteer_metres=dispatch["unknown_volunteer_metres"],
        )
        return PlanningPolicy(
            version=version,
            rules=rules,
            adult_age=values["account"]["adult_age"],
            most_minutes_a_day=values["credit"]["most_minutes_a_day"],
            plan_valid_minutes=dispatch["plan_valid_minutes"],
        )
