"""WeChat accounts: one for each person, and one person for each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.contract import AlreadyRegistered, WeChatBoundElsewhere
from services.identity.storage.blind_indexes import add_indexes, drop_indexes, find_person_id
from services.identity.storage.tables_wechat import WeChatRow
from services.identity.storage.vault import Vault


OPENID = "wechat"
FIELD = "openid"


def bind(session: Session, vault: Vault, person_id: UUID, openid: str, now: datetime) -> None:
    """Call with the person locked. Binding the same again changes nothing.

    Raises WeChatBoundElsewhere when either of the two is bound to another.
    """
    bound = session.get(WeChatRow, person_id)
    if bound is not None:
        if vault.open(bound.sealed_openid, FIELD, person_id) != openid:
            raise WeChatBoundElsewhere
        return
    try:
        add_indexes(session, vault, [(person_id, OPENID, openid)])
    except AlreadyRegistered:
        raise WeChatBoundElsewhere from None
    session.add(
        WeChatRow(
            person_id=person_id,
            sealed_openid=vault.seal(openid, FIELD, person_id),
            bound_at=now,
        )
    )
    session.flush()


def unbind(session: Session, person_id: UUID) -> bool:
    """Whether there was one."""
    drop_indexes(session, person_id, OPENID)
    gone = delete(WeChatRow).where(WeChatRow.person_id == person_id).returning(WeChatRow.person_id)
    return session.execute(gone).first() is not None


def person_of(session: Session, vault: Vault, openid: str) -> UUID | None:
    return find_person_id(session, vault, OPENID, openid)
