"""Identity on the wire: parse, one transaction, decide, record."""

from services.identity.service.changes import Changes
from services.identity.service.declarations import Declarations
from services.identity.service.groups import Groups
from services.identity.service.kinships import Kinships
from services.identity.service.offices import Offices
from services.identity.service.people import People
from services.identity.service.revocations import Revocations
from services.identity.service.sessions import Sessions


class IdentityService(
    People, Changes, Declarations, Sessions, Revocations, Kinships, Groups, Offices
):
    """People, credentials, declarations, roles, kinship, special groups and the policy."""

    name = "identity"
