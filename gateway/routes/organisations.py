"""The routes to organisations, their staff, and what ends a session."""

from gateway.routes.route import show
from services.identity import contract as identity


ORGANISATION_ROUTES = [
    show(
        "/v1/sessions/revocations",
        identity.ListRevocations,
        "identity",
        identity.RevocationsAnswer,
    ),
]
