"""Organisations on the wire: proposed, confirmed, stopped, shown."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import (
    CloseOrganisation,
    ConfirmOrganisation,
    ListOrganisations,
    OrganisationClosed,
    OrganisationConfirmed,
    OrganisationReinstated,
    OrganisationState,
    OrganisationSuspended,
    ProposeOrganisation,
    ReinstateOrganisation,
    ShowOrganisation,
    SuspendOrganisation,
    WrongOrganisationState,
)
from services.identity.domain import officers, people, rights
from services.identity.domain import organisations as rules_of
from services.identity.domain.organisations import Organisation
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import organisations as stored
from services.identity.storage.people import get_person
from services.identity.storage.tables_organisations import ProjectRow, StaffRow
from services.kernel.caller import Call
from services.kernel.contract import Event, InvalidRequest
from services.kernel.paging import decode_cursor, encode_cursor
from services.kernel.service import command, query


S = OrganisationState
STAFF = ("staff_id", "organisation_id", "person_id", "is_lead", "role", "area", "state", "reason")
PROJECT = ("project_id", "organisation_id", "name", "category", "starts_on", "ends_on")


class Organisations(IdentityPart):
    @command(ProposeOrganisation)
    def propose_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        proposed_by = rights.acting(call.caller)
        people.check_verified(get_person(session, proposed_by))
        name, streets = people.checked_name(request["name"]), request["streets"]
        rules_of.check_proposal(request["kind"], request["district"], streets, request["places"])
        facts = request | {"name": name, "proposed_by": proposed_by}
        return shown(stored.add_organisation(session, now=call.now, **facts))

    @command(ConfirmOrganisation)
    def confirm_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        acted_by = rights.acting(call.caller)
        organisation = stored.get_organisation(session, request["organisation_id"], lock=True)
        streets = rules_of.streets_to_confirm(call.caller, organisation)
        if streets:
            organisation = stored.confirm_streets(
                session, organisation, streets, call.now, acted_by
            )
        if organisation.state is S.PROPOSED:
            organisation = stored.move(session, organisation, S.CONFIRMED, call.now, acted_by)
        facts = rules_of.facts_of(organisation, acted_by)
        self.record(session, OrganisationConfirmed, **facts)
        return shown(organisation)

    @command(SuspendOrganisation)
    def suspend_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._stop(session, request, call, S.SUSPENDED, OrganisationSuspended)

    @command(ReinstateOrganisation)
    def reinstate_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._stop(session, request, call, S.CONFIRMED, OrganisationReinstated)

    @command(CloseOrganisation)
    def close_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._stop(session, request, call, S.CLOSED, OrganisationClosed)

    @query(ShowOrganisation)
    def show_organisation(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        organisation = stored.get_organisation(session, request["organisation_id"])
        organisation_id = organisation.organisation_id
        found = stored.projects_of(session, organisation_id)
        answer = shown(organisation) | {"projects": [shown_project(row) for row in found]}
        leads = stored.leads_of(session, organisation)
        is_officer = officers.is_officer_of(call.caller, organisation.district)
        if is_officer or call.caller.person_id in leads:
            rows = stored.staff_of(session, organisation_id)
            answer["staff"] = [shown_staff(row) for row in rows]
        return answer

    @query(ListOrganisations)
    def list_organisations(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        limit, after = request["limit"], place_of(request["cursor"])
        found = stored.organisations_page(
            session, request["district"], request["kind"], request["state"], after, limit + 1
        )
        page, more = found[:limit], len(found) > limit
        return {
            "items": [shown(each) for each in page],
            "next_cursor": encode_cursor(page[-1].name, page[-1].organisation_id) if more else None,
        }

    def _stop(
        self,
        session: Session,
        request: Facts,
        call: Call,
        to: OrganisationState,
        event: type[Event],
    ) -> Facts:
        rights.require_signed_in(call.caller)
        organisation = stored.get_organisation(session, request["organisation_id"], lock=True)
        acted_by, reason = rules_of.require_may_stop(call.caller, organisation), request["reason"]
        if to is S.CONFIRMED and organisation.state is not S.SUSPENDED:
            # What is only proposed is confirmed, which is another operation.
            raise WrongOrganisationState(fields={"state": [str(organisation.state)]})
        organisation = stored.move(session, organisation, to, call.now, acted_by, reason)
        if to is not S.CONFIRMED:
            stored.revoke_all_staff(session, organisation.organisation_id)
        self.record(session, event, **rules_of.facts_of(organisation, acted_by), reason=reason)
        return shown(organisation)


def shown(organisation: Organisation) -> Facts:
    names = ("organisation_id", "kind", "name", "district", "state", "places")
    return {name: getattr(organisation, name) for name in names} | {
        "streets": [street for street, _ in organisation.streets],
        "confirmed_streets": organisation.confirmed_streets,
    }


def shown_staff(row: StaffRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in STAFF}


def shown_project(row: ProjectRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PROJECT}


def place_of(cursor: str | None) -> tuple[str, UUID] | None:
    """The position that an answer gave; raises InvalidRequest for a cursor not of ours."""
    if cursor is None:
        return None
    with suppress(ValueError):
        match decode_cursor(cursor):
            case [str(name), str(organisation_id)]:
                return name, UUID(organisation_id)
    raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
