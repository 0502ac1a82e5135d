"""Accounts suspended and reinstated, and roles taken back."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity.contract import (
    ListSuspensions,
    PersonReinstated,
    PersonSuspended,
    ReinstatePerson,
    RemoveRole,
    Role,
    SuspendPerson,
)
from services.identity.domain import officers, people, rights
from services.identity.domain.people import Person
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import people as stored
from services.identity.storage import suspensions
from services.identity.storage.tables_suspensions import SuspensionRow
from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.service import command, query


class Suspensions(IdentityPart):
    @command(SuspendPerson)
    def suspend_person(self, session: Session, request: Facts, call: Call) -> Facts:
        person = self._of_an_officer(session, request, call)
        people.check_open(person)
        acted_by, reason = call.caller.person_id, request["reason"]
        row = suspensions.suspend(session, person.person_id, reason, call.now, acted_by)
        self.record(
            session,
            PersonSuspended,
            district=person.district,
            person_id=person.person_id,
            reason=reason,
            suspended_by=acted_by,
        )
        return shown(row)

    @command(ReinstatePerson)
    def reinstate_person(self, session: Session, request: Facts, call: Call) -> Facts:
        person = self._of_an_officer(session, request, call)
        acted_by, reason = call.caller.person_id, request["reason"]
        row = suspensions.reinstate(session, person.person_id, reason, call.now, acted_by)
        self.record(
            session,
            PersonReinstated,
            district=person.district,
            person_id=person.person_id,
            reason=reason,
            reinstated_by=acted_by,
        )
        return shown(row)

    @query(ListSuspensions)
    def list_suspensions(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        officers.require_self_or_officer_of(call.caller, person)
        rows = suspensions.suspensions_of(session, person.person_id)
        return {"items": [shown(row) for row in rows]}

    @command(RemoveRole)
    def remove_role(self, session: Session, request: Facts, call: Call) -> Facts:
        role, area = Role(request["role"]), request["area"]
        rights.require_may_assign(call.caller, role, area)
        if call.caller.person_id == request["person_id"]:
            raise Forbidden("Nobody takes a role back from themselves: so somebody always has it.")
        person = stored.lock_person(session, request["person_id"])
        suspensions.remove_role(session, **request, now=call.now, ended_by=call.caller.person_id)
        return {"person_id": person.person_id, "role": role, "area": area}

    def _of_an_officer(self, session: Session, request: Facts, call: Call) -> Person:
        """The person, locked, whom the caller may suspend and reinstate."""
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        roles = stored.roles_of(session, person.person_id)
        officers.require_may_suspend(call.caller, person, roles)
        return person


def shown(row: SuspensionRow) -> dict[str, Any]:
    names = ("suspension_id", "person_id", "reason", "suspended_at", "suspended_by")
    ended = ("reinstated_at", "reinstated_by", "reinstated_because")
    return {name: getattr(row, name) for name in names + ended}
