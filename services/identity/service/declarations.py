"""Declarations on the wire."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.identity import declarations as catalogue
from services.identity.contract import (
    AcceptDeclaration,
    Declaration,
    ListDeclarations,
    ShowDeclarations,
    WithdrawDeclaration,
)
from services.identity.domain import declarations, people, rights
from services.identity.domain.people import Person
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.storage import changes as kept
from services.identity.storage import declarations as accepted
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.service import command, query


class Declarations(IdentityPart):
    @query(ListDeclarations)
    def list_declarations(self, session: Session, request: Facts, call: Call) -> Facts:
        asked = declarations.in_force(catalogue.texts(), city_date(call.now))
        return {"items": [vars(text) for text in asked.values()]}

    @query(ShowDeclarations)
    def show_declarations(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        return self.declared(session, person, call)

    @command(AcceptDeclaration)
    def accept_declaration(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        declaration, version = request["declaration"], request["version"]
        accepted_by = rights.require_may_declare(call.caller, person, declaration)
        people.check_open(person)
        asked = declarations.in_force(catalogue.texts(), city_date(call.now))
        declarations.check_version(asked, declaration, version)
        row = accepted.acceptance_values(
            person.person_id, declaration, version, call.now, accepted_by
        )
        accepted.add_acceptances(session, [row])
        return self.followed(session, person, call)

    @command(WithdrawDeclaration)
    def withdraw_declaration(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        withdrawn_by = rights.require_may_declare(call.caller, person, request["declaration"])
        people.check_open(person)
        accepted.withdraw(session, **request, now=call.now, withdrawn_by=withdrawn_by)
        return self.followed(session, person, call)

    def followed(self, session: Session, person: Person, call: Call) -> Facts:
        """What follows from the declarations: whether somebody serves, and that others hear it."""
        is_minor = not person.is_adult(city_date(call.now), rules_at(session, call).adult_age)
        acceptances = accepted.acceptances_of(session, person.person_id)
        willing = declarations.is_willing(acceptances, is_minor)
        if willing != person.willing_and_healthy:
            self.told_of_change(session, kept.save_willing(session, person, willing))
        return self.declared(session, person, call)

    def declared(self, session: Session, person: Person, call: Call) -> Facts:
        acceptances = accepted.acceptances_of(session, person.person_id)
        return {
            "person_id": person.person_id,
            "items": [vars(acceptance) for acceptance in acceptances],
            "missing": [vars(text) for text in self.missing(session, person, call)],
        }


def accept_all(
    session: Session, person_id: UUID, given: dict[Declaration, int], call: Call
) -> None:
    """Keep what somebody accepted on opening the account."""
    accepted.add_acceptances(
        session,
        (
            accepted.acceptance_values(
                person_id, declaration, version, call.now, call.caller.person_id
            )
            for declaration, version in given.items()
        ),
    )
