"""Staff and projects of organisations on the wire."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import (
    AddProject,
    AddStaff,
    EndProject,
    EndStaff,
    ProjectChanged,
    ReinstateStaff,
    StaffState,
    SuspendStaff,
)
from services.identity.domain import organisations as rules_of
from services.identity.domain import people, rights
from services.identity.domain.organisations import Organisation
from services.identity.service.base import Facts, IdentityPart
from services.identity.service.organisations import PROJECT, shown_project, shown_staff
from services.identity.storage import organisations as stored
from services.identity.storage.people import lock_person
from services.identity.storage.tables_organisations import ProjectRow
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.service import command


class Staff(IdentityPart):
    @command(AddStaff)
    def add_staff(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        organisation = stored.get_organisation(session, request["organisation_id"], lock=True)
        leads = stored.leads_of(session, organisation)
        added_by = rules_of.require_may_staff(
            call.caller, organisation, leads, about_lead=request["is_lead"]
        )
        if added_by == request["person_id"]:
            raise Forbidden("Nobody makes themselves staff.")
        rules_of.check_staff(organisation, request["role"], request["area"])
        people.check_verified(lock_person(session, request["person_id"]))
        row = stored.add_staff(session, **request, added_at=call.now, added_by=added_by)
        self.told_of_staff(session, organisation, row, call.now, added_by)
        return shown_staff(row)

    @command(SuspendStaff)
    def suspend_staff(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._move(session, request, call, StaffState.SUSPENDED)

    @command(ReinstateStaff)
    def reinstate_staff(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._move(session, request, call, StaffState.ACTIVE)

    @command(EndStaff)
    def end_staff(self, session: Session, request: Facts, call: Call) -> Facts:
        return self._move(session, request, call, StaffState.ENDED)

    @command(AddProject)
    def add_project(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        organisation = stored.get_organisation(session, request["organisation_id"], lock=True)
        leads = stored.leads_of(session, organisation)
        added_by = rules_of.require_may_staff(call.caller, organisation, leads, about_lead=False)
        period = (request["starts_on"], request["ends_on"])
        rules_of.check_project(organisation, request["category"], *period, city_date(call.now))
        row = stored.add_project(session, **request, added_by=added_by)
        self._told_of_project(session, organisation, row, added_by)
        return shown_project(row)

    @command(EndProject)
    def end_project(self, session: Session, request: Facts, call: Call) -> Facts:
        """One that has not begun ends on its first day."""
        rights.require_signed_in(call.caller)
        row = stored.lock_project(session, request["project_id"])
        organisation = stored.get_organisation(session, row.organisation_id)
        leads = stored.leads_of(session, organisation)
        ended_by = rules_of.require_may_staff(call.caller, organisation, leads, about_lead=False)
        today = max(row.starts_on, city_date(call.now))
        row.ends_on = min(row.ends_on or today, today)
        session.flush()
        self._told_of_project(session, organisation, row, ended_by)
        return shown_project(row)

    def _move(self, session: Session, request: Facts, call: Call, to: StaffState) -> Facts:
        acted_by = rights.acting(call.caller)
        row, organisation = stored.lock_staff(session, request["staff_id"])
        is_resigning = to is StaffState.ENDED and row.person_id == acted_by
        if not is_resigning:
            leads = stored.leads_of(session, organisation)
            rules_of.require_may_staff(call.caller, organisation, leads, about_lead=row.is_lead)
            if row.person_id == acted_by:
                raise Forbidden("Nobody decides about themselves.")
        stored.move_staff(session, row, to, call.now, acted_by, request["reason"])
        self.told_of_staff(session, organisation, row, call.now, acted_by)
        return shown_staff(row)

    def _told_of_project(
        self, session: Session, organisation: Organisation, row: ProjectRow, acted_by: UUID
    ) -> None:
        facts = rules_of.told_of(organisation, row, PROJECT)
        self.record(session, ProjectChanged, **facts, acted_by=acted_by)
