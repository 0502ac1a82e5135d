"""Another name or card on the wire."""

from dataclasses import replace

from sqlalchemy.orm import Session

from services.identity import verifying
from services.identity.contract import ChangeDetails
from services.identity.domain import details, officers, people, rights
from services.identity.domain.id_number import checked_kind, parse_id_number
from services.identity.domain.people import Person
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.storage import changes as kept
from services.identity.storage import people as stored
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.service import command


class Details(IdentityPart):
    @command(ChangeDetails)
    def change_details(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        changed_by = rights.require_may_change(call.caller, person)
        officers.require_may_stop(call.caller, person, stored.roles_of(session, person.person_id))
        people.check_open(person)
        private = stored.open_private(session, self.vault, person.person_id)
        after, id_number = self.as_asked(person, private.id_number or "", request, call)
        changed = details.changed(person, after, id_number != private.id_number)
        guardian = stored.find_person(session, after.guardian_id)
        adult_age = rules_at(session, call).adult_age
        details.check_age(after, guardian, city_date(call.now), adult_age)
        kept.save_details(session, self.vault, after, id_number, "id_number" in changed)
        after = verifying.after_change(
            self.record, session, self.vault, after, changed, call.now, changed_by
        )
        # Of a name or number that nobody has seen yet the next verification tells.
        self.told_of_change(session, after)
        return self.shown(session, after, call)

    def as_asked(
        self, person: Person, id_number: str, request: Facts, call: Call
    ) -> tuple[Person, str]:
        """The person and the number as they are to be; what is not named stays."""
        details.check_asked(request)
        number = parse_id_number(request["id_number"] or id_number, city_date(call.now))
        name = people.checked_name(request["name"]) if request["name"] else person.name
        kind = request["document"] or (None if request["id_number"] else person.document)
        after = replace(
            person,
            name=name,
            birth_date=number.birth_date,
            document=checked_kind(number, kind),
        )
        return after, number.number
