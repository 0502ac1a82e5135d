"""The routes to a person's account: changes, declarations, its end, and what is held on oneself."""

from gateway.documents import EXPORT_JSON
from gateway.routes.route import PERSON, create, keep, show
from services.identity import contract as identity


EXPORT = show(PERSON + "/data", identity.ExportPerson, "identity", identity.ExportAnswer)

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
    create(
        PERSON + "/contact",
        identity.RevealContact,
        "identity",
        identity.ContactAnswer,
        keyed=False,
    ),
    show(PERSON + "/reads", identity.ListReads, "identity", identity.ReadsAnswer),
    EXPORT,
    keep(EXPORT, EXPORT_JSON),
]
