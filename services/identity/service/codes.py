"""One-time codes on the wire."""

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity import codes
from services.identity.contract import (
    BadCode,
    CodePurpose,
    ConfirmPhone,
    LogInWithCode,
    RequestLoginCode,
    RequestPhoneCode,
)
from services.identity.domain import people, rights
from services.identity.domain.codes import confirmed_until
from services.identity.domain.phones import checked_phone, mask_phone
from services.identity.service.base import Facts
from services.identity.service.session_maker import SessionMaker
from services.identity.service.sessions import OLD_ATTEMPT_DAYS, SWEEP_SECONDS
from services.identity.storage import codes as kept
from services.identity.storage import people as stored
from services.identity.storage.blind_indexes import PHONE, find_person_id
from services.kernel.caller import Call
from services.kernel.database import DatabaseEngine, transact
from services.kernel.service import command, every, query


class Codes(SessionMaker):
    @command(RequestLoginCode)
    def request_login_code(self, session: Session, request: Facts, call: Call) -> Facts:
        self.providers.require_sms()
        phone, purpose = checked_phone(request["phone"]), CodePurpose.LOG_IN
        person_id = find_person_id(session, self.vault, PHONE, phone)
        return codes.send_code(session, self.vault, phone, purpose, person_id, call.now)

    @query(LogInWithCode, session=False)
    def log_in_with_code(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        """One transaction that does not fail, so that a wrong try stays counted."""
        phone, purpose = checked_phone(request["phone"]), CodePurpose.LOG_IN

        def work(session: Session) -> Facts | None:
            # Whose the phone is now: it may have become another's since the code was sent.
            person_id = find_person_id(session, self.vault, PHONE, phone)
            code = request["code"]
            fits = codes.try_code(session, self.vault, phone, purpose, person_id, code, call.now)
            return self.session_of(session, person_id, call) if fits and person_id else None

        opened = transact(db.begin, work)
        if opened is None:
            raise BadCode
        return opened

    @command(RequestPhoneCode)
    def request_phone_code(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = stored.get_person(session, request["person_id"])
        rights.require_oneself(call.caller, person)
        people.check_open(person)
        self.providers.require_sms()
        phone, purpose = checked_phone(request["phone"]), CodePurpose.NEW_PHONE
        return codes.send_code(session, self.vault, phone, purpose, person.person_id, call.now)

    @query(ConfirmPhone, session=False)
    def confirm_phone(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        phone, purpose = checked_phone(request["phone"]), CodePurpose.NEW_PHONE

        def work(session: Session) -> Facts | None:
            person = stored.get_person(session, request["person_id"])
            rights.require_oneself(call.caller, person)
            code = request["code"]
            if not codes.try_code(
                session, self.vault, phone, purpose, person.person_id, code, call.now
            ):
                return None
            rules = codes.rules_at(session, call.now)
            return {
                "person_id": person.person_id,
                "phone": mask_phone(phone),
                "confirmed_until": confirmed_until(call.now, rules),
            }

        confirmed = transact(db.begin, work)
        if confirmed is None:
            raise BadCode
        return confirmed

    @every(seconds=SWEEP_SECONDS)
    def forget_old_codes(self, session: Session, call: Call) -> None:
        kept.delete_old_codes(session, call.now - timedelta(days=OLD_ATTEMPT_DAYS))
