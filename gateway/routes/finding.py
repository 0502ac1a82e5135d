"""The routes to volunteers' profiles, to finding and to invitations."""

from gateway.routes.route import PERSON, REQUEST, create, show
from services.matching import contract as matching


PROFILE = PERSON + "/profile"
INVITATION = "/v1/invitations/{invitation_id}"

FINDING_ROUTES = [
    create(PROFILE, matching.SetProfile, "matching", matching.ProfileAnswer, location=PROFILE),
    show(PROFILE, matching.ShowProfile, "matching", matching.ProfileAnswer),
    create(
        PERSON + "/certificates",
        matching.CertifySkill,
        "matching",
        matching.ProfileAnswer,
        location=PROFILE,
    ),
    create(
        PERSON + "/certificates/{skill}/withdrawal",
        matching.WithdrawCertificate,
        "matching",
        matching.ProfileAnswer,
        location=PROFILE,
    ),
    show(
        "/v1/requests/nearby",
        matching.ListNearbyRequests,
        "matching",
        matching.NearbyRequestsAnswer,
    ),
    show(REQUEST + "/candidates", matching.ListCandidates, "matching", matching.CandidatesAnswer),
    create(
        REQUEST + "/invitations", matching.InviteVolunteers, "matching", matching.InvitationsAnswer
    ),
    show("/v1/invitations", matching.ListInvitations, "matching", matching.InvitationsAnswer),
    show(INVITATION, matching.ShowInvitation, "matching", matching.InvitationAnswer),
    create(
        INVITATION + "/answer",
        matching.AnswerInvitation,
        "matching",
        matching.InvitationAnswer,
        location=INVITATION,
    ),
    create(
        INVITATION + "/withdrawal",
        matching.WithdrawInvitation,
        "matching",
        matching.InvitationAnswer,
        location=INVITATION,
    ),
]
