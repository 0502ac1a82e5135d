"""The numbers that matching needs of the policy in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.matching.domain.policy_requests import RequestPolicy
from services.matching.domain.rules_of_visits import (
    IntegrityRules,
    StrikeRules,
    VisitRules,
    integrity_rules,
    strike_rules,
    visit_rules,
)


@dataclass(frozen=True)
class MatchingPolicy:
    """One version's rules. Times are minutes unless the name says otherwise."""

    version: int
    adult_age: int
    redeem_from_age: int
    smallest_request_minutes: int
    largest_request_minutes: int
    furthest_ahead_days: int
    smallest_credit_minutes: int
    most_minutes_a_visit: int
    most_minutes_a_day: int
    credit_step_minutes: int
    most_minutes_in_all: int | None
    geofence_metres: int
    check_in_early_minutes: int
    missing_check_out_minutes: int
    free_release_minutes: int
    requests: RequestPolicy
    visit: VisitRules
    integrity: IntegrityRules
    strike: StrikeRules

    @staticmethod
    def from_values(version: int, values: Mapping[str, Any]) -> "MatchingPolicy":
        return MatchingPolicy(
            version=version,
            adult_age=values["account"]["adult_age"],
            redeem_from_age=values["elder"]["redeem_from_age"],
            smallest_request_minutes=values["request"]["smallest_minutes"],
            largest_request_minutes=values["request"]["largest_minutes"],
            furthest_ahead_days=values["request"]["furthest_ahead_days"],
            smallest_credit_minutes=values["credit"]["smallest_minutes"],
            most_minutes_a_visit=values["credit"]["most_minutes_a_visit"],
            most_minutes_a_day=values["credit"]["most_minutes_a_day"],
            # Versions from before these rules credited whole minutes without an end.
            credit_step_minutes=values["credit"].get("step_minutes", 1),
            most_minutes_in_all=values["credit"].get("most_minutes_in_all"),
            geofence_metres=values["visit"]["geofence_metres"],
            check_in_early_minutes=values["visit"]["check_in_early_minutes"],
            missing_check_out_minutes=values["visit"]["missing_check_out_minutes"],
            free_release_minutes=values["booking"]["free_release_minutes"],
            requests=RequestPolicy.from_values(values),
            visit=visit_rules(values),
            integrity=integrity_rules(values),
            strike=strike_rules(values),
        )
