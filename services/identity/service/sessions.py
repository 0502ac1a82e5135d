"""Logging in."""

from datetime import timedelta
from uuid import UUID, uuid4

from eventlet import tpool
from sqlalchemy.orm import Session

from services.identity.contract import (
    BadCredentials,
    LogIn,
    ShowPublicKeys,
)
from services.identity.domain.phones import normalise_phone
from services.identity.passwords import is_password
from services.identity.service.base import Facts, rules_at
from services.identity.service.session_maker import SessionMaker
from services.identity.storage import log_ins, signing_keys
from services.identity.storage import people as stored
from services.kernel.caller import Call
from services.kernel.contract import TooManyRequests
from services.kernel.database import DatabaseEngine, transact
from services.kernel.service import every, query
from services.kernel.waiting import poll


LOG_IN_WAIT_SECONDS = 5


SWEEP_SECONDS = 3600


OLD_ATTEMPT_DAYS = 7


class Sessions(SessionMaker):
    @query(LogIn, session=False)
    def log_in(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        """Short transactions, none of which fails, so that a wrong password stays counted."""
        phone = normalise_phone(request["phone"])
        phone_index = self.vault.index("phone", phone)
        attempt_id = self.begin_attempt(db, phone_index, call)
        credentials = transact(db.begin, lambda s: stored.find_credentials(s, self.vault, phone))
        password_hash = credentials.password_hash if credentials else None
        fits = tpool.execute(is_password, password_hash, request["password"])
        if credentials is None or not fits:
            transact(db.begin, lambda s: log_ins.fail_attempt(s, attempt_id))
            raise BadCredentials

        def open_session(session: Session) -> Facts:
            log_ins.forget_attempts(session, phone_index, attempt_id)
            return self.session_of(session, credentials.person.person_id, call)

        return transact(db.begin, open_session)

    def begin_attempt(self, db: DatabaseEngine, phone_index: str, call: Call) -> UUID:
        """Note an attempt, after waiting for checks under way that may use up the limit."""
        attempt_id = uuid4()

        def begin(session: Session) -> bool:
            policy = rules_at(session, call)
            return log_ins.begin_attempt(session, attempt_id, phone_index, call.now, policy)

        if not poll(lambda: transact(db.begin, begin), LOG_IN_WAIT_SECONDS):
            raise TooManyRequests
        return attempt_id

    @query(ShowPublicKeys)
    def show_public_keys(self, session: Session, request: Facts, call: Call) -> Facts:
        signing_keys.signing_key(session, self.vault, call.now)
        return {"keys": signing_keys.public_keys(session, call.now)}

    @every(seconds=SWEEP_SECONDS)
    def forget_old_attempts(self, session: Session, call: Call) -> None:
        log_ins.delete_old_attempts(session, call.now - timedelta(days=OLD_ATTEMPT_DAYS))
