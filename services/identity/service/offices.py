"""Roles, and the city's policy."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    AdoptPolicy,
    AssignRole,
    PolicyAdopted,
    Role,
    ShowPolicy,
)
from services.identity.domain import people, rights, rules
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.group_rules import GroupRules
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import people as stored
from services.identity.storage import policies
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA
from services.kernel.policy import policy_at
from services.kernel.service import command, query


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

    @command(AdoptPolicy)
    def adopt_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_role(call.caller, Role.CITY_OFFICER, CITY_AREA)
        newest, newest_values = policies.lock_newest(session)
        GroupRules.from_values(request["values"])
        rules.check_policy(request["version"], request["values"], newest, newest_values)
        FamilyRules.from_values(request["values"])
        policies.save_adoption(session, **request, now=call.now, adopted_by=call.caller.person_id)
        self.record(session, PolicyAdopted, district=CITY_AREA, **request)
        return request

    @query(ShowPolicy)
    def show_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        return vars(policy_at(session, call.now))
