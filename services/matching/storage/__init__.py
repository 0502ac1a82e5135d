"""Where matching keeps people, requests, bookings and visits."""

from services.matching.storage.acting import (
    confirmed_guardian,
    end_consent,
    end_guardianship,
    powers_over,
    save_consent,
    save_guardianship,
)
from services.matching.storage.bookings import (
    add_booking,
    bookings_of,
    find_booking,
    lock_booking,
    set_booking_state,
)
from services.matching.storage.items import add_version, item_version, item_versions, offered_items
from services.matching.storage.people import (
    find_person,
    lock_person,
    save_person,
    save_verification,
)
from services.matching.storage.policies import policy_in_force, policy_of_version
from services.matching.storage.requests import (
    add_request,
    due_requests,
    find_request,
    lock_request,
    nearby_requests,
    requests_page,
)
from services.matching.storage.reviews import (
    has_opened_before,
    is_series_approved,
    lock_replacement,
    requests_to_review,
)
from services.matching.storage.standing import (
    groups_of,
    membership_of,
    save_membership,
    save_suspension,
    suspended_among,
)
from services.matching.storage.tables import Base, BookingRow, PersonRow, RequestRow, VisitRow
from services.matching.storage.tables_acting import ConsentRow, GuardianshipRow
from services.matching.storage.tables_catalogue import ItemRow
from services.matching.storage.tables_standing import SpecialGroupRow, SuspensionRow
from services.matching.storage.visits import (
    add_visit,
    credited_minutes_of_day,
    find_visit,
    lock_visit,
    visit_of_booking,
)


__all__ = [
    "Base",
    "BookingRow",
    "ConsentRow",
    "GuardianshipRow",
    "ItemRow",
    "PersonRow",
    "RequestRow",
    "SpecialGroupRow",
    "SuspensionRow",
    "VisitRow",
    "add_booking",
    "add_request",
    "add_version",
    "add_visit",
    "bookings_of",
    "confirmed_guardian",
    "credited_minutes_of_day",
    "due_requests",
    "end_consent",
    "end_guardianship",
    "find_booking",
    "find_person",
    "find_request",
    "find_visit",
    "groups_of",
    "has_opened_before",
    "is_series_approved",
    "item_version",
    "item_versions",
    "lock_booking",
    "lock_person",
    "lock_replacement",
    "lock_request",
    "lock_visit",
    "membership_of",
    "nearby_requests",
    "offered_items",
    "policy_in_force",
    "policy_of_version",
    "powers_over",
    "requests_page",
    "requests_to_review",
    "save_consent",
    "save_guardianship",
    "save_membership",
    "save_person",
    "save_suspension",
    "save_verification",
    "set_booking_state",
    "suspended_among",
    "visit_of_booking",
]
