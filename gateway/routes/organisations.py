"""The routes to organisations, their staff, and what ends a session."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


ORGANISATION = "/v1/organisations/{organisation_id}"
STAFF = "/v1/staff/{staff_id}"
ORGANISATION_ROUTES = [
    create(
        "/v1/organisations",
        identity.ProposeOrganisation,
        "identity",
        identity.OrganisationAnswer,
        location=ORGANISATION,
    ),
    show("/v1/organisations", identity.ListOrganisations, "identity", identity.OrganisationsAnswer),
    show(ORGANISATION, identity.ShowOrganisation, "identity", identity.OrganisationFile),
    *(
        create(
            ORGANISATION + path,
            request_class,
            "identity",
            identity.OrganisationAnswer,
            location=ORGANISATION,
        )
        for path, request_class in (
            ("/confirmation", identity.ConfirmOrganisation),
            ("/suspension", identity.SuspendOrganisation),
            ("/reinstatement", identity.ReinstateOrganisation),
            ("/closing", identity.CloseOrganisation),
        )
    ),
    create(ORGANISATION + "/staff", identity.AddStaff, "identity", identity.StaffAnswer),
    *(
        create(STAFF + path, request_class, "identity", identity.StaffAnswer)
        for path, request_class in (
            ("/suspension", identity.SuspendStaff),
            ("/reinstatement", identity.ReinstateStaff),
            ("/ending", identity.EndStaff),
        )
    ),
    create(ORGANISATION + "/projects", identity.AddProject, "identity", identity.ProjectAnswer),
    create(
        "/v1/projects/{project_id}/ending", identity.EndProject, "identity", identity.ProjectAnswer
    ),
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
