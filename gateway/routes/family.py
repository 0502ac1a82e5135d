"""The routes to kinship, guardianship and consent."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


KINSHIP = "/v1/kinships/{kinship_id}"
GUARDIANSHIP = "/v1/guardianships/{guardianship_id}"
CONSENT = "/v1/consents/{consent_id}"
FAMILY_ROUTES = [
    show(
        PERSON + "/kinships/{relative_id}",
        identity.ShowKinship,
        "identity",
        identity.KinshipShownAnswer,
    ),
    create(KINSHIP + "/refusal", identity.RefuseKinship, "identity", identity.KinshipAnswer),
    create(KINSHIP + "/end", identity.EndKinship, "identity", identity.KinshipAnswer),
    show("/v1/papers", identity.ListPapers, "identity", identity.PapersAnswer, open=True),
    create("/v1/guardianships", identity.NameGuardian, "identity", identity.GuardianshipAnswer),
    create(
        GUARDIANSHIP + "/confirmation",
        identity.ConfirmGuardianship,
        "identity",
        identity.GuardianshipAnswer,
    ),
    create(
        GUARDIANSHIP + "/refusal",
        identity.RefuseGuardianship,
        "identity",
        identity.GuardianshipAnswer,
    ),
    create(
        GUARDIANSHIP + "/end", identity.EndGuardianship, "identity", identity.GuardianshipAnswer
    ),
    show(
        PERSON + "/guardianships",
        identity.ListGuardianships,
        "identity",
        identity.GuardianshipsAnswer,
    ),
    create("/v1/consents", identity.GiveConsent, "identity", identity.ConsentAnswer),
    create(CONSENT + "/revocation", identity.RevokeConsent, "identity", identity.ConsentAnswer),
    show(PERSON + "/consents", identity.ListConsents, "identity", identity.ConsentsAnswer),
]
