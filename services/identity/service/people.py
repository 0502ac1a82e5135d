"""Opening an account, being verified, being shown."""

from dataclasses import replace
from uuid import UUID, uuid4

from eventlet import tpool
from sqlalchemy.orm import Session

from services.identity.contract import (
    PersonRegistered,
    RegisterPerson,
    ShowPerson,
)
from services.identity.declarations import texts
from services.identity.domain import changes, people, rights
from services.identity.domain.declarations import in_force, serves
from services.identity.domain.id_number import checked_kind, parse_id_number
from services.identity.domain.people import Person
from services.identity.domain.phones import normalise_phone
from services.identity.domain.registration import check_consent, declared
from services.identity.domain.states import PersonState
from services.identity.passwords import hash_password
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.service.declarations import accept_all
from services.identity.storage import closings, guardianships
from services.identity.storage import people as stored
from services.identity.storage.blind_indexes import ID_NUMBER, drop_indexes, find_person_id
from services.identity.storage.suspensions import is_suspended
from services.identity.storage.verification import was_not_the_holder
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
        asked = in_force(texts(), today)
        given = declared(request["declarations"], request["willing_and_healthy"], asked)
        person = Person(
            person_id=uuid4(),
            state=PersonState.UNVERIFIED,
            name=people.checked_name(request["name"]),
            birth_date=id_number.birth_date,
            street=request["street"],
            latitude=request["home"]["latitude"],
            longitude=request["home"]["longitude"],
            willing_and_healthy=False,
            school=request["school"],
            guardian_id=request["guardian_id"],
            document=checked_kind(id_number, request["document"]),
        )
        adult_age = rules_at(session, call).adult_age
        guardian = stored.find_person(session, person.guardian_id)
        people.check_guardian(person, guardian, today, adult_age)
        by_clerk = rights.is_clerk_of(call.caller, person)
        check_consent(given, person.guardian_id, call.caller.person_id, by_clerk)
        person = replace(
            person,
            willing_and_healthy=serves(given, not person.is_adult(today, adult_age)),
            earlier_id=self.earlier_account(session, id_number.number),
        )
        private = stored.Private(
            id_number=id_number.number,
            phone=normalise_phone(request["phone"]) if request["phone"] else None,
            address=request["address"],
            password_hash=hashed(request["password"]),
        )
        row = stored.row_values(self.vault, person, private, call.now, call.caller.person_id)
        stored.add_people(session, self.vault, [(row, private)])
        accept_all(session, person.person_id, given, call)
        if guardian is not None and not person.is_adult(today, adult_age):
            guardianships.name_at_registration(session, uuid4(), person, call.now)
        self.record(session, PersonRegistered, **people.registered_facts(person))
        return self.shown(session, person, call)

    def earlier_account(self, session: Session, id_number: str) -> UUID | None:
        """The account of somebody who left and comes back, which gives up the number.

        None also where the desk has found that the number was another's, and ended the account:
        its holder begins anew. Raises AlreadyRegistered for whoever has an account, AccountClosed
        for the dead.
        """
        earlier_id = find_person_id(session, self.vault, ID_NUMBER, id_number)
        if earlier_id is None:
            return None
        earlier = stored.lock_person(session, earlier_id)
        closing = closings.find_closing(session, earlier_id)
        is_theirs = not was_not_the_holder(session, earlier_id)
        suspended = is_theirs and is_suspended(session, earlier_id)
        changes.check_may_return(earlier.state, closing and closing.reason, suspended)
        drop_indexes(session, earlier_id, ID_NUMBER)
        return earlier_id if is_theirs else None

    @query(ShowPerson)
    def show_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        to_self = call.caller.person_id == person.person_id
        return self.shown(session, person, call, to_self)
