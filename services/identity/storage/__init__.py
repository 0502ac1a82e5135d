"""The tables of identity and the functions that load and save them, one file per concept."""

from services.identity.storage import tables_acting as tables_acting
from services.identity.storage import tables_blind_indexes as tables_blind_indexes
from services.identity.storage import tables_closings as tables_closings
from services.identity.storage import tables_codes as tables_codes
from services.identity.storage import tables_declarations as tables_declarations
from services.identity.storage import tables_jobs as tables_jobs
from services.identity.storage import tables_policies as tables_policies
from services.identity.storage import tables_reads as tables_reads
from services.identity.storage import tables_verification as tables_verification
from services.identity.storage import tables_wechat as tables_wechat
from services.identity.storage.tables import Base
from services.identity.storage.tables_groups import MembershipRow, SheetLineRow, SheetRow
from services.identity.storage.tables_organisations import OrganisationRow, ProjectRow, StaffRow
from services.identity.storage.tables_sessions import SessionGenerationRow
from services.identity.storage.tables_suspensions import EndedRoleRow, SuspensionRow


__all__ = [
    "Base",
    "EndedRoleRow",
    "MembershipRow",
    "OrganisationRow",
    "ProjectRow",
    "SessionGenerationRow",
    "SheetLineRow",
    "SheetRow",
    "StaffRow",
    "SuspensionRow",
]
