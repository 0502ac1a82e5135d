"""The policy's numbers for visits: how they are proven, what puts them into the queue, strikes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal


OutOfFence = Literal["refuse", "queue"]


@dataclass(frozen=True)
class VisitRules:
    """How the ends of a visit are proven, and how long things may take."""

    geofence_metres: int
    code_window_steps: int
    most_wrong_codes: int
    wrong_codes_minutes: int
    card_codes: int
    card_print_minutes: int
    out_of_fence_check_in: OutOfFence
    out_of_fence_check_out: OutOfFence
    guardian_proof_required: bool
    guardian_presence_minutes: int
    offline_late_hours: int
    offline_oldest_hours: int
    clock_skew_seconds: int
    over_long_minutes: int
    elder_absent_wait_minutes: int
    exception_days: int


@dataclass(frozen=True)
class IntegrityRules:
    """What looks as if a visit were not what it says; each only makes a clerk look."""

    travel_kmh: int
    usual_from_hour: int
    usual_until_hour: int
    same_device_days: int
    round_trip_days: int
    round_trips: int
    ring_days: int
    ring_longest: int


@dataclass(frozen=True)
class StrikeRules:
    """How many strikes, within how many days, pause for how many days."""

    most: int
    within_days: int
    pause_days: int


def named(rules: type, section: Mapping[str, Any]) -> dict[str, Any]:
    """The section's values for the fields that the rules have."""
    return {field.name: section[field.name] for field in fields(rules)}


def visit_rules(values: Mapping[str, Any]) -> VisitRules:
    return VisitRules(**named(VisitRules, values["visit"]))


def integrity_rules(values: Mapping[str, Any]) -> IntegrityRules:
    return IntegrityRules(**named(IntegrityRules, values["integrity"]))


def strike_rules(values: Mapping[str, Any]) -> StrikeRules:
    return StrikeRules(**named(StrikeRules, values["strike"]))
