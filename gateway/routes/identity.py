"""The routes to identity."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


IDENTITY_ROUTES = [
    create(
        "/v1/people",
        identity.RegisterPerson,
        "identity",
        identity.PersonAnswer,
        location=PERSON,
        open=True,
    ),
    show(PERSON, identity.ShowPerson, "identity", identity.PersonAnswer),
    create(
        PERSON + "/verification",
        identity.VerifyPerson,
        "identity",
        identity.PersonAnswer,
        location=PERSON,
    ),
    create(PERSON + "/roles", identity.AssignRole, "identity", identity.RoleAnswer),
    show(PERSON + "/kinships", identity.ListKinships, "identity", identity.KinshipsAnswer),
    create("/v1/kinships", identity.ClaimKinship, "identity", identity.KinshipAnswer),
    create(
        "/v1/kinships/{kinship_id}/confirmation",
        identity.ConfirmKinship,
        "identity",
        identity.KinshipAnswer,
    ),
    create(
        "/v1/sessions",
        identity.LogIn,
        "identity",
        identity.SessionAnswer,
        open=True,
        keyed=False,
    ),
    show("/v1/keys", identity.ShowPublicKeys, "identity", identity.PublicKeysAnswer, open=True),
]
