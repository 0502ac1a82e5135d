"""Identity on the wire: parse, one transaction, decide, record."""

from services.identity.service.changes import Changes
from services.identity.service.codes import Codes
from services.identity.service.consents import Consents
from services.identity.service.declarations import Declarations
from services.identity.service.details import Details
from services.identity.service.group_sheets import GroupSheets
from services.identity.service.groups import Groups
from services.identity.service.guardianships import Guardianships
from services.identity.service.jobs import Jobs
from services.identity.service.kinships import Kinships
from services.identity.service.offices import Offices
from services.identity.service.organisations import Organisations
from services.identity.service.people import People
from services.identity.service.policies import Policies
from services.identity.service.privacy import Privacy
from services.identity.service.revocations import Revocations
from services.identity.service.sessions import Sessions
from services.identity.service.staff import Staff
from services.identity.service.suspensions import Suspensions
from services.identity.service.verification import Verification
from services.identity.service.wechat import WeChatLogIns


class IdentityService(
    People,
    Changes,
    Declarations,
    Privacy,
    Sessions,
    Codes,
    WeChatLogIns,
    Revocations,
    Suspensions,
    Kinships,
    Guardianships,
    Consents,
    Groups,
    GroupSheets,
    Organisations,
    Staff,
    Offices,
    Policies,
    Verification,
    Details,
    Jobs,
):
    """People, declarations, credentials, roles, kin, who stands in for whom, and the policy."""

    name = "identity"
