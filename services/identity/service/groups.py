"""Special groups on the wire."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    ApproveSpecialGroup,
    SpecialGroupApproved,
)
from services.identity.domain import people, rights
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import people as stored
from services.kernel.caller import Call
from services.kernel.service import command


class Groups(IdentityPart):
    @command(ApproveSpecialGroup)
    def approve_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_district_officer_of(call.caller, person)
        people.check_verified(person)
        approved_by = call.caller.person_id
        if stored.add_special_group(
            session, self.vault, **request, now=call.now, approved_by=approved_by
        ):
            self.record(
                session,
                SpecialGroupApproved,
                district=person.district,
                person_id=person.person_id,
                group=request["group"],
                approved_by=approved_by,
            )
        return {
            "person_id": person.person_id,
            "group": request["group"],
            "district": person.district,
        }
