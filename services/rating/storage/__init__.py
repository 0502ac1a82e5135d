"""Rating's tables and the functions that load and save them, one file per concept."""

from services.rating.storage.kin import is_kin, save_kin
from services.rating.storage.powers import end_power, led_by, powers_over, save_power
from services.rating.storage.ratings import (
    add_rating,
    complaints_in,
    counted_of,
    rated_among,
    rated_versions,
    versions_of,
)
from services.rating.storage.replies import (
    add_conditions,
    add_reply,
    find_conditions,
    find_reply,
)
from services.rating.storage.reputation import (
    change_part,
    find_reputation,
    lock_reputation,
    parts_of,
    save_reputation,
)
from services.rating.storage.tables import Base, RatingRow, ReputationRow, VisitRow
from services.rating.storage.tables_certificates import CertificateRow, RevocationRow
from services.rating.storage.tables_disputes import (
    DecisionRow,
    DisputableRow,
    DisputeRow,
    EvidenceRow,
    ServiceChangeRow,
    StepRow,
)
from services.rating.storage.tables_kin import KinRow
from services.rating.storage.tables_organisations import (
    OrganisationRow,
    ProjectRow,
    StaffStepRow,
)
from services.rating.storage.tables_parts import ReputationPartRow
from services.rating.storage.tables_people import PersonRow
from services.rating.storage.tables_powers import PowerRow
from services.rating.storage.tables_replies import ConditionsRow, ReplyRow
from services.rating.storage.tables_selections import (
    JurorRow,
    NominationRow,
    SelectionRow,
    ShortlistRow,
    VoteRow,
    WinnerRow,
)
from services.rating.storage.tables_stars import ServedRow, ServedVisitRow, StarRow
from services.rating.storage.visits import find_visit, find_visits, save_visit


__all__ = [
    "OrganisationRow",
    "ProjectRow",
    "StaffStepRow",
    "JurorRow",
    "NominationRow",
    "SelectionRow",
    "ShortlistRow",
    "VoteRow",
    "WinnerRow",
    "DecisionRow",
    "DisputableRow",
    "DisputeRow",
    "EvidenceRow",
    "KinRow",
    "ServiceChangeRow",
    "StepRow",
    "is_kin",
    "led_by",
    "save_kin",
    "Base",
    "CertificateRow",
    "ConditionsRow",
    "PersonRow",
    "PowerRow",
    "RatingRow",
    "ReplyRow",
    "ReputationPartRow",
    "ReputationRow",
    "RevocationRow",
    "ServedRow",
    "ServedVisitRow",
    "StarRow",
    "VisitRow",
    "add_conditions",
    "add_rating",
    "add_reply",
    "change_part",
    "complaints_in",
    "counted_of",
    "end_power",
    "find_conditions",
    "find_reply",
    "find_reputation",
    "find_visit",
    "find_visits",
    "lock_reputation",
    "parts_of",
    "powers_over",
    "rated_among",
    "rated_versions",
    "save_power",
    "save_reputation",
    "save_visit",
    "versions_of",
]
