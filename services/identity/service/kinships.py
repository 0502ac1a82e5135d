"""Kinship on the wire."""

from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    ClaimKinship,
    ConfirmKinship,
    KinshipConfirmed,
    ListKinships,
)
from services.identity.domain import people, rights
from services.identity.domain.kinship import Kinship, check_open, check_plausible
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import kinships
from services.identity.storage import people as stored
from services.kernel.caller import Call
from services.kernel.service import command, query


class Kinships(IdentityPart):
    @command(ClaimKinship)
    def claim_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        claim = Kinship(**request)
        person = stored.get_person(session, claim.person_id)
        relative = stored.get_person(session, claim.relative_id)
        rights.require_may_claim(call.caller, person, relative)
        check_plausible(claim, person.birth_date, relative.birth_date)
        row = kinships.add_claim(session, uuid4(), claim, call.now, call.caller.person_id)
        return answers.kinship(row, seen_from=claim.person_id)

    @command(ConfirmKinship)
    def confirm_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, *pair = kinships.lock_with_people(session, request["kinship_id"])
        rights.require_clerk_of(call.caller, *pair)
        people.check_verified(*pair)
        check_open(row.state)
        kinships.save_confirmed(session, row, call.now, call.caller.person_id)
        facts = answers.kinship(row, seen_from=row.person_id)
        self.record(
            session,
            KinshipConfirmed,
            district=pair[0].district,
            confirmed_by=call.caller.person_id,
            **{name: value for name, value in facts.items() if name != "state"},
        )
        return facts

    @query(ListKinships)
    def list_kinships(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_may_see(call.caller, person)
        rows = kinships.kinships_of(session, person.person_id)
        return {"items": [answers.kinship(row, seen_from=person.person_id) for row in rows]}
