"""One-time codes for two purposes: to log in, and to show that a new phone is one's own.

Both are sent, limited, tried and used by the same functions; the purpose keeps them apart. A code
for a new phone ends in two steps: the person confirms it (``ConfirmPhone``), and the change that it
was asked for takes the confirmation, in its own transaction::

    codes.take_confirmation(session, self.vault, person_id, phone, call.now)  # or PhoneNotConfirmed
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import CodePurpose, PhoneNotConfirmed
from services.identity.domain import codes
from services.identity.domain.codes import CodeRules
from services.identity.domain.jobs import JobKind
from services.identity.storage import codes as stored
from services.identity.storage import jobs
from services.identity.storage.vault import Vault
from services.kernel.ids import new_id
from services.kernel.policy import policy_at


@dataclass(frozen=True)
class Letter:
    """What a job to send a code carries, sealed."""

    phone: str
    purpose: str
    code: str
    minutes: int

    def to_text(self) -> str:
        return json.dumps(vars(self))

    @staticmethod
    def from_text(text: str) -> "Letter":
        return Letter(**json.loads(text))


def rules_at(session: Session, now: datetime) -> CodeRules:
    return CodeRules.from_values(policy_at(session, now).values)


def new_code() -> str:
    return f"{secrets.randbelow(10**codes.DIGITS):0{codes.DIGITS}}"


def send_code(
    session: Session,
    vault: Vault,
    phone: str,
    purpose: CodePurpose,
    person_id: UUID | None,
    now: datetime,
) -> dict[str, Any]:
    """Write a code, and the job that sends it; for nobody's phone the same but for the sending.

    Raises TooManyRequests, for a phone that is known as for one that is not.
    """
    rules = rules_at(session, now)
    stored.lock_and_check(session, vault, phone, now, rules)
    code_id, code = new_id(), new_code()
    row = stored.add_code(session, vault, code_id, code, phone, purpose, person_id, now, rules)
    jobs.add_job(
        session,
        vault,
        code_id,
        JobKind.SMS,
        person_id=person_id,
        text=Letter(phone, purpose, code, rules.valid_minutes).to_text(),
        useful_for=timedelta(minutes=rules.valid_minutes),
        wanted=person_id is not None,
    )
    return {"expires_at": row.expires_at, "ask_again_at": codes.ask_again_at(now, rules)}


def try_code(
    session: Session,
    vault: Vault,
    phone: str,
    purpose: CodePurpose,
    person_id: UUID | None,
    code: str,
    now: datetime,
) -> bool:
    """Whether it is this person's code, which is then used; commit in any case."""
    rules = rules_at(session, now)
    return stored.try_code(session, vault, phone, purpose, person_id, code, now, rules)


def take_confirmation(
    session: Session, vault: Vault, person_id: UUID, phone: str, now: datetime
) -> None:
    """Use up that this person has shown the phone to be theirs; raises PhoneNotConfirmed."""
    used_after = now - timedelta(minutes=rules_at(session, now).confirmed_minutes)
    purpose = CodePurpose.NEW_PHONE
    if not stored.take_used(session, vault, phone, purpose, person_id, used_after):
        raise PhoneNotConfirmed
