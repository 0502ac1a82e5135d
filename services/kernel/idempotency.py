"""The same key and body gives the first answer; the same key and another body is refused."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import IdempotencyConflict
from services.kernel.ids import text_of
from services.kernel.tables import idempotency_keys as keys
from services.kernel.vault import Vault
from services.kernel.wire import encoded


# What stands for a sealed answer: every other has a result or an error.
SEALED = "sealed"


def caller_of(call: Call) -> str:
    """Keys of different people never meet; those of nobody share one room."""
    return text_of(call.caller.person_id) if call.caller.person_id else "nobody"


def earlier_answer(
    session: Session, call: Call, fingerprints: Sequence[str], vault: Vault | None
) -> dict[str, Any] | None:
    """Claim the key for this transaction, or return what was answered the first time.

    Of the fingerprints, any of which is this request's, the first is kept. A second request with
    the same key waits here until the first has ended. Raises IdempotencyConflict when the key was
    used for something else.
    """
    claim = insert(keys).values(caller=caller_of(call), key=call.key, fingerprint=fingerprints[0])
    if session.execute(claim.on_conflict_do_nothing().returning(keys.c.key)).first():
        return None
    where = (keys.c.caller == caller_of(call)) & (keys.c.key == call.key)
    first = session.execute(select(keys.c.fingerprint, keys.c.answer).where(where)).one()
    if first.fingerprint not in fingerprints:
        raise IdempotencyConflict
    return opened(first.answer, call, vault)


def keep_answer(session: Session, call: Call, answer: dict[str, Any], vault: Vault | None) -> None:
    """What was answered; sealed where the service has a data key, for it may tell of a person."""
    where = (keys.c.caller == caller_of(call)) & (keys.c.key == call.key)
    kept = answer if vault is None else {SEALED: vault.seal(encoded(answer), *place_of(call))}
    session.execute(update(keys).where(where).values(answer=kept))


def opened(kept: dict[str, Any], call: Call, vault: Vault | None) -> dict[str, Any]:
    if vault is None or SEALED not in kept:
        return dict(kept)
    answer: dict[str, Any] = json.loads(vault.open(kept[SEALED], *place_of(call)))
    return answer


def place_of(call: Call) -> tuple[str, str]:
    """The field and the owner that an answer is sealed for."""
    return keys.name, f"{caller_of(call)} {call.key}"
