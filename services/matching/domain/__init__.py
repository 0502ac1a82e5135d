"""The rules of matching: no database, no broker, no clock."""

from services.matching.domain.acting import Power, check_led, is_agent
from services.matching.domain.bookings import (
    check_acceptance,
    check_check_in,
    is_late_release,
)
from services.matching.domain.edits import (
    check_edit,
    check_minutes_held,
    check_replacement,
    is_late_cancel,
)
from services.matching.domain.items import (
    Item,
    check_item,
    check_rules,
    general_item,
    in_force,
    offered,
)
from services.matching.domain.places import (
    EARTH_RADIUS_METRES,
    box_around,
    check_within,
    haversine_metres,
)
from services.matching.domain.policy import MatchingPolicy
from services.matching.domain.requests import Person, Window, check_age, check_request, check_window
from services.matching.domain.reviews import Submitted, needs_review
from services.matching.domain.showing import step_for_volunteer
from services.matching.domain.states import AWAY, LAPSED, BookingState, VisitState, moved
from services.matching.domain.visits import Credit, check_decision, credit, is_overdue


__all__ = [
    "AWAY",
    "EARTH_RADIUS_METRES",
    "LAPSED",
    "BookingState",
    "Credit",
    "Item",
    "MatchingPolicy",
    "Person",
    "Power",
    "VisitState",
    "Window",
    "box_around",
    "check_acceptance",
    "check_check_in",
    "check_decision",
    "check_edit",
    "check_age",
    "check_item",
    "check_window",
    "check_minutes_held",
    "check_replacement",
    "is_late_cancel",
    "needs_review",
    "Submitted",
    "step_for_volunteer",
    "check_led",
    "check_request",
    "check_rules",
    "check_within",
    "credit",
    "general_item",
    "haversine_metres",
    "is_agent",
    "in_force",
    "is_late_release",
    "is_overdue",
    "moved",
    "offered",
]
