"""The routes to organisations, their staff, and what ends a session."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


ORGANISATION_ROUTES = [
    create(PERSON + "/suspension", identity.SuspendPerson, "identity", identity.SuspensionAnswer),
    create(
        PERSON + "/reinstatement", identity.ReinstatePerson, "identity", identity.SuspensionAnswer
    ),
    show(PERSON + "/suspensions", identity.ListSuspensions, "identity", identity.SuspensionsAnswer),
    create(PERSON + "/roles/removal", identity.RemoveRole, "identity", identity.RoleAnswer),
    show(
        "/v1/sessions/revocations",
        identity.ListRevocations,
        "identity",
        identity.RevocationsAnswer,
    ),
]
