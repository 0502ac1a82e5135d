"""Opening an account, being verified, being shown."""

from uuid import uuid4

from eventlet import tpool
from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    PersonRegistered,
    PersonVerified,
    RegisterPerson,
    ShowPerson,
    VerifyPerson,
)
from services.identity.domain import people, rights
from services.identity.domain.id_number import parse_id_number
from services.identity.domain.people import Person
from services.identity.domain.phones import normalise_phone
from services.identity.domain.states import PersonState
from services.identity.passwords import hash_password
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.storage import people as stored
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.service import command, query


def hashed(password: str | None) -> str | None:
    """The hash, made in a thread so that the other green threads go on meanwhile."""
    return tpool.execute(hash_password, password) if password else None


class People(IdentityPart):
    @command(RegisterPerson)
    def register_person(self, session: Session, request: Facts, call: Call) -> Facts:
        people.check_street(request["street"])
        today = city_date(call.now)
        id_number = parse_id_number(request["id_number"], today)
        person = Person(
            person_id=uuid4(),
            state=PersonState.UNVERIFIED,
            name=people.checked_name(request["name"]),
            birth_date=id_number.birth_date,
            street=request["street"],
            latitude=request["home"]["latitude"],
            longitude=request["home"]["longitude"],
            willing_and_healthy=request["willing_and_healthy"],
            school=request["school"],
            guardian_id=request["guardian_id"],
        )
        adult_age = rules_at(session, call).adult_age
        guardian = stored.find_person(session, person.guardian_id)
        people.check_guardian(person, guardian, today, adult_age)
        private = stored.Private(
            id_number=id_number.number,
            phone=normalise_phone(request["phone"]) if request["phone"] else None,
            address=request["address"],
            password_hash=hashed(request["password"]),
        )
        row = stored.row_values(self.vault, person, private, call.now, call.caller.person_id)
        stored.add_people(session, self.vault, [(row, private)])
        self.record(session, PersonRegistered, **people.registered_facts(person))
        return answers.person(person, private, [])

    @query(ShowPerson)
    def show_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_may_see(call.caller, person)
        private = stored.open_private(session, self.vault, person.person_id)
        groups = stored.special_groups_of(session, person.person_id)
        return answers.person(
            person, private, groups, to_self=call.caller.person_id == person.person_id
        )

    @command(VerifyPerson)
    def verify_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        rights.require_clerk_of(call.caller, person)
        verified = stored.save_verified(session, person, call.now, call.caller.person_id)
        facts = people.verified_facts(verified, call.caller.person_id)
        self.record(session, PersonVerified, **facts)
        private = stored.open_private(session, self.vault, person.person_id)
        return answers.person(verified, private, [])
