"""One-time codes: counted, kept as keyed hashes, tried, used once."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text
from sqlalchemy.orm import Session

from services.identity.contract import CodePurpose
from services.identity.domain import codes
from services.identity.domain.codes import CodeRules, CodeState
from services.identity.storage.tables_codes import CodeRow
from services.identity.storage.vault import Vault


SENDING_LOCK = 0x636F6465


# Another index than that of people's phones, so that the two tables cannot be joined.
PHONE_FIELD, CODE_FIELD = "code phone", "code"


def of_phone(vault: Vault, phone: str) -> ColumnElement[bool]:
    """Codes for this phone, whichever of the known keys indexed it."""
    return CodeRow.phone_index.in_(vault.indexes(PHONE_FIELD, phone).values())


def salted(code_id: UUID, code: str) -> str:
    return f"{code_id} {code}"


def does_fit(vault: Vault, row: CodeRow, code: str) -> bool:
    hashes = vault.indexes(CODE_FIELD, salted(row.code_id, code)).values()
    return any([hmac.compare_digest(row.code_hash, each) for each in hashes])


def lock_and_check(
    session: Session, vault: Vault, phone: str, now: datetime, rules: CodeRules
) -> None:
    """Raises TooManyRequests; until the transaction ends nobody else counts or sends."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": SENDING_LOCK})
    to_phone = session.scalars(
        select(CodeRow.asked_at)
        .where(of_phone(vault, phone))
        .where(CodeRow.asked_at > now - timedelta(minutes=rules.a_phone_minutes))
        .order_by(CodeRow.asked_at)
    )
    since = now - timedelta(minutes=rules.in_all_minutes)
    in_all = session.scalar(select(func.count()).where(CodeRow.asked_at > since)) or 0
    codes.check_may_send(list(to_phone), in_all, now, rules)


def add_code(
    session: Session,
    vault: Vault,
    code_id: UUID,
    code: str,
    phone: str,
    purpose: CodePurpose,
    person_id: UUID | None,
    now: datetime,
    rules: CodeRules,
) -> CodeRow:
    """A new code, which takes the place of one that is still open."""
    earlier = lock_open(session, vault, phone, purpose, person_id)
    if earlier is not None:
        move(earlier, CodeState.REPLACED)
        session.flush()
    row = CodeRow(
        code_id=code_id,
        phone_index=vault.index(PHONE_FIELD, phone),
        purpose=purpose,
        person_id=person_id,
        code_hash=vault.index(CODE_FIELD, salted(code_id, code)),
        state=CodeState.OPEN,
        tries=0,
        asked_at=now,
        expires_at=codes.expires_at(now, rules),
    )
    session.add(row)
    session.flush()
    return row


def move(row: CodeRow, to: CodeState) -> None:
    """The only place where a code's state changes."""
    row.state = codes.moved(row.state, to)


def lock_open(
    session: Session, vault: Vault, phone: str, purpose: CodePurpose, person_id: UUID | None
) -> CodeRow | None:
    return session.scalar(
        select(CodeRow)
        .where(of_phone(vault, phone), CodeRow.purpose == purpose)
        .where(CodeRow.person_id.is_not_distinct_from(person_id))
        .where(CodeRow.state == CodeState.OPEN)
        .order_by(CodeRow.asked_at.desc())
        .limit(1)
        .with_for_update()
    )


def try_code(
    session: Session,
    vault: Vault,
    phone: str,
    purpose: CodePurpose,
    person_id: UUID | None,
    code: str,
    now: datetime,
    rules: CodeRules,
) -> bool:
    """Whether it fits and is now used; not for one that is wrong, old, used or of nobody.

    Commit in any case, so that a wrong try stays counted. Of two who try at once one waits here
    until the other has committed, and then finds no open code any more.
    """
    row = lock_open(session, vault, phone, purpose, person_id)
    if row is None:
        return False
    row.tries += 1
    fits = does_fit(vault, row, code)
    state = codes.after_try(row.tries, fits, now < row.expires_at, rules)
    if state is not CodeState.OPEN:
        move(row, state)
    if state is CodeState.USED:
        row.used_at = now
    session.flush()
    return state is CodeState.USED and person_id is not None


def take_used(
    session: Session,
    vault: Vault,
    phone: str,
    purpose: CodePurpose,
    person_id: UUID,
    used_after: datetime,
) -> bool:
    """Whether this person has used a code for this phone since then; it counts once."""
    row = session.scalar(
        select(CodeRow)
        .where(of_phone(vault, phone), CodeRow.purpose == purpose)
        .where(CodeRow.person_id == person_id, CodeRow.state == CodeState.USED)
        .where(CodeRow.used_at > used_after)
        .order_by(CodeRow.used_at.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None:
        return False
    move(row, CodeState.TAKEN)
    session.flush()
    return True


def delete_old_codes(session: Session, before: datetime) -> None:
    session.execute(delete(CodeRow).where(CodeRow.asked_at < before))
