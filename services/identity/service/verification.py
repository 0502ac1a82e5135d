"""Verification on the wire: at the desk, online, lapsed, shown."""

from dataclasses import replace

from sqlalchemy.orm import Session

from services.identity import answers, verifying
from services.identity.contract import (
    AskForOnlineVerification,
    RefuseVerification,
    RequireRecheck,
    ShowVerification,
    VerificationWay,
    VerifyPerson,
)
from services.identity.domain import officers, rights
from services.identity.domain.people import Person
from services.identity.domain.verification import check_explained
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import people as stored
from services.identity.storage import verification as steps
from services.kernel.caller import Call
from services.kernel.service import command, query


class Verification(IdentityPart):
    @command(VerifyPerson)
    def verify_person(self, session: Session, request: Facts, call: Call) -> Facts:
        person = self.locked_for_desk(session, request, call)
        desk, clerk = VerificationWay.DESK, call.caller.person_id
        verified = verifying.verify(self.record, session, self.vault, person, desk, call.now, clerk)
        return self.shown(session, verified, call)

    @command(RefuseVerification)
    def refuse_verification(self, session: Session, request: Facts, call: Call) -> Facts:
        person = self.locked_for_desk(session, request, call)
        check_explained(request["reason"], request["words"])
        refused = verifying.refuse(
            session,
            self.vault,
            person,
            VerificationWay.DESK,
            request["reason"],
            call.now,
            call.caller.person_id,
            request["words"],
        )
        return self.verification_of(session, refused)

    @command(RequireRecheck)
    def require_recheck(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        rights.require_staff_of(call.caller, person)
        officers.require_may_stop(call.caller, person, stored.roles_of(session, person.person_id))
        lapsed = verifying.lapse(
            self.record,
            session,
            self.vault,
            person,
            request["reason"],
            call.now,
            call.caller.person_id,
            request["words"],
        )
        return self.verification_of(session, lapsed)

    @command(AskForOnlineVerification)
    def ask_for_online_verification(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        rights.require_oneself(call.caller, person)
        self.providers.require_verifier()
        asked = verifying.begin_online(session, self.vault, person, call.now)
        return self.verification_of(session, asked)

    @query(ShowVerification)
    def show_verification(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        step = steps.latest_step(session, self.vault, person)
        return answers.verification(person, step)

    def locked_for_desk(self, session: Session, request: Facts, call: Call) -> Person:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        rights.require_clerk_of(call.caller, person)
        return person

    def verification_of(self, session: Session, person: Person) -> Facts:
        """Without the words, which lie sealed: the answers to commands are kept for repeats."""
        step = replace(steps.latest_step(session, self.vault, person), words=None)
        return answers.verification(person, step)
