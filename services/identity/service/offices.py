"""Roles given."""

from sqlalchemy.orm import Session

from services.identity.contract import AssignRole, Role
from services.identity.domain import people, rights
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import people as stored
from services.kernel.caller import Call
from services.kernel.service import command


class Offices(IdentityPart):
    @command(AssignRole)
    def assign_role(self, session: Session, request: Facts, call: Call) -> Facts:
        role, area = Role(request["role"]), request["area"]
        rights.require_may_assign(call.caller, role, area)
        people.check_role_area(role, area)
        person = stored.lock_person(session, request["person_id"])
        people.check_verified(person)
        stored.add_roles(session, person.person_id, [(role, area)], call.now, call.caller.person_id)
        return {"person_id": person.person_id, "role": role, "area": area}
