"""What every way of logging in ends with: a token for somebody who has shown who they are."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import AccountSuspended
from services.identity.domain import people, sessions
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.storage import people as stored
from services.identity.storage import signing_keys
from services.identity.storage.revocations import generation_of
from services.identity.storage.suspensions import is_suspended
from services.kernel.caller import Call


class SessionMaker(IdentityPart):
    def session_of(self, session: Session, person_id: UUID, call: Call) -> Facts:
        """A token; the roles of somebody not verified wait until the verification.

        Raises AccountClosed, AccountSuspended.
        """
        # First the generation, then what the token says: see revoke_sessions.
        generation = generation_of(session, person_id)
        person = stored.get_person(session, person_id)
        people.check_open(person)
        if is_suspended(session, person_id):
            raise AccountSuspended
        roles = stored.roles_of(session, person.person_id) if person.is_verified else []
        expiry = sessions.expires_at(call.now, rules_at(session, call))
        key = signing_keys.signing_key(session, self.vault, call.now)
        claims = sessions.claims(person.person_id, roles, generation, call.now, expiry)
        token = signing_keys.sign(self.vault, key, claims)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_at": expiry,
            "person_id": person.person_id,
            "roles": claims["roles"],
        }
