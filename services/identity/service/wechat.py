"""Logging in with WeChat, on the wire. WeChat is asked before any transaction begins."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    BindWeChat,
    LogInWithWeChat,
    UnbindWeChat,
    WeChatNotBound,
    WeChatUnavailable,
    WrongProof,
)
from services.identity.domain import people, rights
from services.identity.providers.trouble import ProviderTrouble
from services.identity.service.base import Facts
from services.identity.service.session_maker import SessionMaker
from services.identity.storage import people as stored
from services.identity.storage import wechat
from services.identity.storage.revocations import revoke_sessions
from services.kernel.caller import Call
from services.kernel.database import DatabaseEngine, transact
from services.kernel.logs import get_log
from services.kernel.service import command, query


log = get_log(__name__)


class WeChatLogIns(SessionMaker):
    @query(LogInWithWeChat, session=False)
    def log_in_with_we_chat(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        openid = self.openid_of(request["code"])

        def open_session(session: Session) -> Facts:
            person_id = wechat.person_of(session, self.vault, openid)
            if person_id is None:
                raise WeChatNotBound
            return self.session_of(session, person_id, call)

        return transact(db.begin, open_session)

    @query(BindWeChat, session=False)
    def bind_we_chat(self, db: DatabaseEngine, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        refusal = transact(db.begin, lambda session: self.check_may_bind(session, request, call))
        if refusal is not None:
            raise refusal
        openid = self.openid_of(request["code"])

        def bind(session: Session) -> Facts:
            # What was checked before may have changed while WeChat was asked.
            person = stored.lock_person(session, request["person_id"])
            people.check_open(person)
            wechat.bind(session, self.vault, person.person_id, openid, call.now)
            return {"person_id": person.person_id, "bound": True}

        return transact(db.begin, bind)

    @command(UnbindWeChat)
    def unbind_we_chat(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        rights.require_may_change(call.caller, person)
        self.check_proof(session, person, request, call)
        # The phone that it logs in may be lost, and tokens with it.
        if wechat.unbind(session, person.person_id):
            revoke_sessions(session, person.person_id)
        return {"person_id": person.person_id, "bound": False}

    def check_may_bind(self, session: Session, request: Facts, call: Call) -> WrongProof | None:
        """The wrong password is an answer, so that it stays counted; before WeChat is asked."""
        person = stored.get_person(session, request["person_id"])
        rights.require_oneself(call.caller, person)
        people.check_open(person)
        try:
            self.check_proof(session, person, request, call)
        except WrongProof as wrong:
            return wrong
        return None

    def openid_of(self, code: str) -> str:
        """Raises BadWeChatCode, or WeChatUnavailable whatever is wrong between WeChat and us."""
        provider = self.providers.require_wechat()
        try:
            return provider.openid_of(code)
        except ProviderTrouble as error:
            log.warning("WeChat has trouble", trouble=repr(error))
            raise WeChatUnavailable from None
