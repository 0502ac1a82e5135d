"""The routes to verification beyond the desk's yes, and to what calls for another one."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


VERIFICATION = PERSON + "/verification"

VERIFICATION_ROUTES = [
    create(PERSON + "/details", identity.ChangeDetails, "identity", identity.PersonAnswer),
    show(VERIFICATION, identity.ShowVerification, "identity", identity.VerificationAnswer),
    create(
        VERIFICATION + "/online",
        identity.AskForOnlineVerification,
        "identity",
        identity.VerificationAnswer,
        location=VERIFICATION,
    ),
    create(
        VERIFICATION + "/refusal",
        identity.RefuseVerification,
        "identity",
        identity.VerificationAnswer,
        location=VERIFICATION,
    ),
    create(
        VERIFICATION + "/recheck",
        identity.RequireRecheck,
        "identity",
        identity.VerificationAnswer,
        location=VERIFICATION,
    ),
]
