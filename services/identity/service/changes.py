"""Changes in a person's life on the wire: another phone, another home, the end of the account."""

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity import codes, memberships, proving, verifying
from services.identity.contract import (
    ChangeAddress,
    ChangePhone,
    ClosePerson,
    PersonClosed,
    PhoneChanged,
)
from services.identity.domain import changes, officers, people, rights
from services.identity.domain.changes import Closing
from services.identity.domain.phones import checked_phone
from services.identity.domain.rules import id_number_kept_days
from services.identity.service.base import Facts, IdentityPart
from services.identity.standing_in import end_all_of
from services.identity.storage import changes as kept
from services.identity.storage import closings, organisations
from services.identity.storage import people as stored
from services.identity.storage.revocations import revoke_sessions
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import command, every


ERASE_SECONDS = 3600


class Changes(IdentityPart):
    @command(ChangePhone)
    def change_phone(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        roles = stored.roles_of(session, person.person_id)
        changed_by = officers.require_may_change_phone(call.caller, person, roles)
        people.check_open(person)
        phone = checked_phone(request["phone"])
        if rights.is_one_of(call.caller, person):
            proving.check_password(session, self.vault, person.person_id, request["password"], call)
            if self.providers.sms is not None:
                codes.take_confirmation(session, self.vault, person.person_id, phone, call.now)
        kept.save_phone(session, self.vault, person.person_id, phone)
        # Whoever holds a token got it with the old number.
        revoke_sessions(session, person.person_id)
        self.record(
            session,
            PhoneChanged,
            district=person.district,
            person_id=person.person_id,
            changed_by=changed_by,
        )
        return self.shown(session, person, call)

    @command(ChangeAddress)
    def change_address(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        rights.require_may_change(call.caller, person)
        people.check_open(person)
        people.check_street(request["street"])
        moved = kept.save_home(
            session, self.vault, person, request["street"], request["address"], **request["home"]
        )
        self.told_of_change(session, moved)
        if moved.district != person.district:
            changed, by = ["district"], call.caller.person_id
            moved = verifying.lapse_if_needed(
                self.record, session, self.vault, moved, changed, call.now, by
            )
        return self.shown(session, moved, call)

    @command(ClosePerson)
    def close_person(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.lock_person(session, request["person_id"])
        closed_by = rights.require_may_close(call.caller, person, request["reason"])
        officers.require_may_stop(call.caller, person, stored.roles_of(session, person.person_id))
        today = city_date(call.now)
        closing = Closing(
            person.person_id,
            request["reason"],
            request["closed_on"] or today,
            closed_by,
            request["paper"],
            stored.was_verified(session, person.person_id),
        )
        people.check_open(person)
        changes.check_closing(closing, person.birth_date, today)
        self.check_proof(session, person, request, call)
        end_all_of(self.record, session, person.person_id, call)
        memberships.end_all_of(self.record, session, person.person_id, call)
        for row, its in organisations.end_all_of(session, person.person_id, call.now, closed_by):
            self.told_of_staff(session, its, row, call.now, closed_by)
        closed = closings.close(session, self.vault, person, closing, call.now)
        self.record(session, PersonClosed, **changes.closed_facts(closed, closing))
        return {
            "person_id": closed.person_id,
            "state": closed.state,
            "reason": closing.reason,
            "closed_on": closing.closed_on,
        }

    @every(seconds=ERASE_SECONDS)
    def erase_old_id_numbers(self, session: Session, call: Call) -> None:
        """Whoever left long ago is known by the blind index alone."""
        kept_for = timedelta(days=id_number_kept_days(policy_at(session, call.now).values))
        closings.erase_id_numbers(session, call.now - kept_for, call.now)
