"""Public care homes on the wire: what identity tells of them, and what is free in them (S9)."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity.contract import (
    OrganisationClosed,
    OrganisationConfirmed,
    OrganisationKind,
    OrganisationReinstated,
    OrganisationSuspended,
)
from services.kernel.caller import Call
from services.kernel.service import Service, handles, query
from services.ledger import storage
from services.ledger.contract import ListCareHomes
from services.ledger.domain import CareHome, rights


class CareHomes(Service):
    """The part of the ledger that knows where places may be offered."""

    @handles(OrganisationConfirmed)
    def keep_care_home(self, session: Session, event: dict[str, Any], call: Call) -> None:
        keep(session, event, is_open=True)

    @handles(OrganisationReinstated)
    def reopen_care_home(self, session: Session, event: dict[str, Any], call: Call) -> None:
        keep(session, event, is_open=True)

    @handles(OrganisationSuspended)
    def suspend_care_home(self, session: Session, event: dict[str, Any], call: Call) -> None:
        keep(session, event, is_open=False)

    @handles(OrganisationClosed)
    def close_care_home(self, session: Session, event: dict[str, Any], call: Call) -> None:
        keep(session, event, is_open=False)

    @query(ListCareHomes)
    def list_care_homes(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        homes = storage.care_homes_of(session, request["district"])
        return {"items": [{**vars(home), "free": home.free} for home in homes]}


def keep(session: Session, event: dict[str, Any], is_open: bool) -> None:
    """What is offered or lived in stays, whatever becomes of the home."""
    if event["kind"] is not OrganisationKind.CARE_HOME or event["places"] is None:
        return
    home = CareHome(
        event["organisation_id"], event["name"], event["district"], event["places"], is_open
    )
    storage.save_care_home(session, home, event["sequence"])
