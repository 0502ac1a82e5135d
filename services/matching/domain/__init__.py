"""The rules of matching: no database, no broker, no clock."""

from services.matching.domain.acting import Power, check_led, is_agent
from services.matching.domain.bookings import (
    check_acceptance,
    check_check_in,
    is_late_release,
    is_pupil,
)
from services.matching.domain.captures import Refused, Timed, settle_time, skew_seconds
from services.matching.domain.edits import (
    EDITABLE,
    REPLACEABLE,
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
from services.matching.domain.proofs import (
    End,
    GuardianProof,
    Proof,
    Signal,
    check_given,
    guardian_proof,
    prove,
)
from services.matching.domain.requests import Person, Window, check_age, check_request, check_window
from services.matching.domain.reviews import Submitted, needs_review
from services.matching.domain.rules_of_visits import IntegrityRules
from services.matching.domain.series import (
    PauseReason,
    Rhythm,
    check_series,
    due,
    horizon_of,
    moved_series,
    occurrences,
)
from services.matching.domain.showing import step_for_volunteer
from services.matching.domain.signals import LOOKED_AT, Around, Facts, end_of, signals_of
from services.matching.domain.states import (
    AWAY,
    DEVICE_MOVES,
    EXCEPTION_MOVES,
    LAPSED,
    STRIKE_MOVES,
    VISIT_MOVES,
    BookingState,
    VisitState,
    moved,
    moved_in,
)
from services.matching.domain.strikes import SIDES, check_absence, check_not_paused, paused_until
from services.matching.domain.visits import (
    Credit,
    Credited,
    check_decision,
    credit,
    is_overdue,
    limits_of_steps,
)


__all__ = [
    "IntegrityRules",
    "AWAY",
    "Around",
    "BookingState",
    "Credit",
    "Credited",
    "limits_of_steps",
    "DEVICE_MOVES",
    "EARTH_RADIUS_METRES",
    "EXCEPTION_MOVES",
    "End",
    "Facts",
    "GuardianProof",
    "Item",
    "LAPSED",
    "LOOKED_AT",
    "MatchingPolicy",
    "Person",
    "Power",
    "Proof",
    "Refused",
    "SIDES",
    "STRIKE_MOVES",
    "Signal",
    "Submitted",
    "Timed",
    "VISIT_MOVES",
    "VisitState",
    "Window",
    "box_around",
    "check_absence",
    "check_acceptance",
    "check_age",
    "check_check_in",
    "check_decision",
    "check_edit",
    "check_given",
    "check_age",
    "EDITABLE",
    "PauseReason",
    "REPLACEABLE",
    "Rhythm",
    "check_series",
    "due",
    "end_of",
    "horizon_of",
    "moved_series",
    "occurrences",
    "check_item",
    "check_led",
    "check_minutes_held",
    "check_not_paused",
    "check_replacement",
    "check_request",
    "check_rules",
    "check_window",
    "check_within",
    "credit",
    "general_item",
    "guardian_proof",
    "haversine_metres",
    "in_force",
    "is_agent",
    "is_late_cancel",
    "is_late_release",
    "is_overdue",
    "is_pupil",
    "moved",
    "moved_in",
    "needs_review",
    "offered",
    "paused_until",
    "prove",
    "settle_time",
    "signals_of",
    "skew_seconds",
    "step_for_volunteer",
]
