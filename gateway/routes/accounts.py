"""The routes to a person's account: changes, declarations, its end, and what is held on oneself."""

from gateway.routes.route import PERSON, create, show
from services.identity import contract as identity


ACCOUNT_ROUTES = [
    create(PERSON + "/phone", identity.ChangePhone, "identity", identity.PersonAnswer),
    create(PERSON + "/address", identity.ChangeAddress, "identity", identity.PersonAnswer),
    create(PERSON + "/closing", identity.ClosePerson, "identity", identity.ClosedAnswer),
    show(
        "/v1/declarations",
        identity.ListDeclarations,
        "identity",
        identity.DeclarationsAnswer,
        open=True,
    ),
    show(
        PERSON + "/declarations",
        identity.ShowDeclarations,
        "identity",
        identity.PersonDeclarationsAnswer,
    ),
    create(
        PERSON + "/declarations",
        identity.AcceptDeclaration,
        "identity",
        identity.PersonDeclarationsAnswer,
    ),
    create(
        PERSON + "/declarations/{declaration}/withdrawal",
        identity.WithdrawDeclaration,
        "identity",
        identity.PersonDeclarationsAnswer,
    ),
]
