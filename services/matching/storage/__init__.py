"""Where matching keeps people, requests, bookings and visits."""

from services.matching.storage.acting import (
    confirmed_guardian,
    end_consent,
    end_guardianship,
    powers_over,
    save_consent,
    save_guardianship,
)
from services.matching.storage.activities import find_activity
from services.matching.storage.bookings import (
    add_booking,
    bookings_of,
    find_booking,
    lock_booking,
    set_booking_state,
)
from services.matching.storage.codes import (
    find_card,
    find_visit_code,
    note_wrong_code,
    replace_card,
    save_visit_code,
    use_code,
    wrong_codes_since,
)
from services.matching.storage.devices import (
    add_capture,
    add_device,
    captures_known,
    claim_batch,
    find_device,
    keep_batch_answer,
    lock_device,
)
from services.matching.storage.exceptions import (
    add_exception,
    add_signals,
    exceptions_of,
    exceptions_page,
    find_exception,
    forget_signals,
    open_exceptions,
    signals_of_visits,
)
from services.matching.storage.integrity import (
    as_around,
    devices_used,
    neighbours,
    note_device,
    served_from,
    times_served,
    visits_at_the_same_time,
)
from services.matching.storage.items import add_version, item_version, item_versions, offered_items
from services.matching.storage.marks import (
    add_mark,
    find_presence,
    marks_of,
    save_presence,
)
from services.matching.storage.people import (
    find_person,
    lock_people,
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
    lock_requests,
    requests_page,
)
from services.matching.storage.reviews import (
    has_opened_before,
    is_series_approved,
    lock_replacement,
    requests_to_review,
)
from services.matching.storage.series import (
    add_series,
    find_series,
    lock_due_series,
    lock_occurrence,
    lock_requests_of_series,
    lock_series,
    lock_series_of,
    requests_of_series,
    series_page,
    skip_day,
    skipped_days,
)
from services.matching.storage.standing import (
    groups_of,
    membership_of,
    save_membership,
    save_suspension,
    suspended_among,
)
from services.matching.storage.strikes import (
    add_strike,
    has_strike,
    lock_strike,
    strikes_given,
    strikes_of,
    strikes_of_volunteers,
)
from services.matching.storage.tables import Base, BookingRow, PersonRow, RequestRow, VisitRow
from services.matching.storage.tables_acting import ConsentRow, GuardianshipRow
from services.matching.storage.tables_activities import ActivityRow, ProgrammeRow, SeatRow
from services.matching.storage.tables_catalogue import ItemRow
from services.matching.storage.tables_codes import (
    CodeCardRow,
    UsedCodeRow,
    VisitCodeRow,
    WrongCodeRow,
)
from services.matching.storage.tables_devices import (
    CaptureBatchRow,
    CaptureRow,
    DeviceRow,
    SeenDeviceRow,
)
from services.matching.storage.tables_ends import EndRow
from services.matching.storage.tables_finding import InvitationRow, ReputationRow
from services.matching.storage.tables_plans import PlanLineRow, PlanRow
from services.matching.storage.tables_policies import ProposalRow
from services.matching.storage.tables_series import SeriesRow, SkipRow
from services.matching.storage.tables_standing import SpecialGroupRow, SuspensionRow
from services.matching.storage.tables_strikes import (
    StrikeRow,
)
from services.matching.storage.tables_visits import (
    ExceptionRow,
    MarkRow,
    PresenceRow,
    SignalRow,
)
from services.matching.storage.tables_volunteers import CertificateRow, VolunteerRow
from services.matching.storage.visits import (
    add_visit,
    credited_to,
    find_visit,
    lock_visit,
    visit_of_booking,
)


__all__ = [
    "CertificateRow",
    "InvitationRow",
    "PlanLineRow",
    "PlanRow",
    "ProposalRow",
    "ReputationRow",
    "VolunteerRow",
    "Base",
    "BookingRow",
    "CaptureBatchRow",
    "CaptureRow",
    "CodeCardRow",
    "ConsentRow",
    "DeviceRow",
    "EndRow",
    "ExceptionRow",
    "GuardianshipRow",
    "ItemRow",
    "MarkRow",
    "PersonRow",
    "PresenceRow",
    "RequestRow",
    "SeenDeviceRow",
    "SignalRow",
    "SpecialGroupRow",
    "StrikeRow",
    "SuspensionRow",
    "UsedCodeRow",
    "VisitCodeRow",
    "VisitRow",
    "WrongCodeRow",
    "add_booking",
    "add_capture",
    "add_device",
    "add_exception",
    "add_mark",
    "add_request",
    "add_signals",
    "add_strike",
    "has_strike",
    "ActivityRow",
    "ProgrammeRow",
    "SeatRow",
    "SeriesRow",
    "SkipRow",
    "add_series",
    "find_series",
    "lock_due_series",
    "lock_occurrence",
    "lock_requests_of_series",
    "lock_series",
    "lock_series_of",
    "requests_of_series",
    "series_page",
    "skip_day",
    "skipped_days",
    "add_version",
    "add_visit",
    "as_around",
    "bookings_of",
    "captures_known",
    "claim_batch",
    "confirmed_guardian",
    "credited_to",
    "devices_used",
    "due_requests",
    "end_consent",
    "end_guardianship",
    "exceptions_of",
    "exceptions_page",
    "find_activity",
    "find_booking",
    "find_card",
    "find_device",
    "find_exception",
    "forget_signals",
    "find_person",
    "find_presence",
    "find_request",
    "find_visit",
    "find_visit_code",
    "groups_of",
    "has_opened_before",
    "is_series_approved",
    "item_version",
    "item_versions",
    "keep_batch_answer",
    "lock_booking",
    "lock_device",
    "lock_people",
    "lock_person",
    "lock_replacement",
    "lock_request",
    "lock_strike",
    "lock_requests",
    "lock_visit",
    "marks_of",
    "membership_of",
    "neighbours",
    "note_device",
    "note_wrong_code",
    "offered_items",
    "open_exceptions",
    "policy_in_force",
    "policy_of_version",
    "powers_over",
    "replace_card",
    "requests_page",
    "requests_to_review",
    "save_consent",
    "save_guardianship",
    "save_membership",
    "save_person",
    "save_presence",
    "save_suspension",
    "save_verification",
    "save_visit_code",
    "served_from",
    "set_booking_state",
    "signals_of_visits",
    "strikes_given",
    "strikes_of",
    "strikes_of_volunteers",
    "suspended_among",
    "times_served",
    "use_code",
    "visit_of_booking",
    "visits_at_the_same_time",
    "wrong_codes_since",
]
