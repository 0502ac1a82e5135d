"""Whoever changes how an account is entered, or ends it, shows more than a token.

A token may be stolen; the password is known by its owner alone. Who has none shows the account's
own phone: a code sent to it (``RequestPhoneCode``) and confirmed (``ConfirmPhone``), used once.
"""

from uuid import UUID, uuid4

from eventlet import tpool
from sqlalchemy.orm import Session

from services.identity import codes
from services.identity.contract import ProofNeeded, WrongProof
from services.identity.domain.rules import Rules
from services.identity.passwords import is_password
from services.identity.storage import log_ins
from services.identity.storage import people as stored
from services.identity.storage.vault import Vault
from services.kernel.caller import Call
from services.kernel.contract import TooManyRequests
from services.kernel.policy import policy_at


def check_password(
    session: Session, vault: Vault, person_id: UUID, password: str | None, call: Call
) -> None:
    """The person's own password; wrong ones are counted, under the limit of logging in.

    Raises ProofNeeded, WrongProof or TooManyRequests.
    """
    password_hash = stored.open_private(session, vault, person_id).password_hash
    if password is None or password_hash is None:
        raise ProofNeeded
    counted, attempt_id = vault.index("proof", str(person_id)), uuid4()
    rules = Rules.from_values(policy_at(session, call.now).values)
    if not log_ins.begin_attempt(session, attempt_id, counted, call.now, rules):
        raise TooManyRequests
    if not tpool.execute(is_password, password_hash, password):
        log_ins.fail_attempt(session, attempt_id)
        raise WrongProof
    log_ins.forget_attempts(session, counted, attempt_id)


def check_proof(
    session: Session,
    vault: Vault,
    person_id: UUID,
    password: str | None,
    call: Call,
    sends_codes: bool,
) -> None:
    """The password; of somebody who has none, that their phone was confirmed by a code.

    Raises as ``check_password`` does, or PhoneNotConfirmed.
    """
    private = stored.open_private(session, vault, person_id)
    if private.password_hash is None and private.phone is not None and sends_codes:
        codes.take_confirmation(session, vault, person_id, private.phone, call.now)
    else:
        check_password(session, vault, person_id, password, call)
