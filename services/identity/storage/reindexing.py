"""Blind indexes by the newest data key, made from what is sealed; old keys' are forgotten."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from services.identity.storage.blind_indexes import ID_NUMBER, PHONE
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_blind_indexes import BlindIndexRow
from services.identity.storage.tables_wechat import WeChatRow
from services.identity.storage.vault import Vault
from services.identity.storage.wechat import FIELD as OPENID_FIELD
from services.identity.storage.wechat import OPENID


# What each index is the hash of: the sealed column, and the field that it is sealed as.
SOURCES = {
    ID_NUMBER: (PersonRow.person_id, PersonRow.sealed_id_number, "id_number"),
    PHONE: (PersonRow.person_id, PersonRow.sealed_phone, "phone"),
    OPENID: (WeChatRow.person_id, WeChatRow.sealed_openid, OPENID_FIELD),
}

Position = tuple[UUID, str]


class TwoPeople(Exception):
    """One number is that of two people: they came in by keys that did not know each other."""


def without_new_index(vault: Vault) -> ColumnElement[bool]:
    """The fields of people that are indexed by another key only."""
    other = aliased(BlindIndexRow)
    by_newest = exists().where(
        other.person_id == BlindIndexRow.person_id,
        other.field == BlindIndexRow.field,
        other.key_id == vault.current.key_id,
    )
    return and_(BlindIndexRow.key_id != vault.current.key_id, ~by_newest)


def count_old(session: Session, vault: Vault) -> int:
    pairs = select(BlindIndexRow.person_id, BlindIndexRow.field).distinct()
    query = select(func.count()).select_from(pairs.where(without_new_index(vault)).subquery())
    return int(session.scalar(query) or 0)


def reindex_batch(
    session: Session, vault: Vault, after: Position | None, size: int
) -> tuple[Position | None, int]:
    """The next fields, indexed by the newest key too; where to go on, and how many they were."""
    key = (BlindIndexRow.person_id, BlindIndexRow.field)
    query = select(*key).distinct().where(without_new_index(vault))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(literal(after[0]), literal(after[1])))
    found = [
        (person_id, field) for person_id, field in session.execute(query.order_by(*key).limit(size))
    ]
    if not found:
        return after, 0
    # Nobody changes their phone meanwhile; everybody locks people in the order of their ids.
    people = sorted({person_id for person_id, _ in found})
    locked = select(PersonRow.person_id).where(PersonRow.person_id.in_(people))
    session.execute(locked.order_by(PersonRow.person_id).with_for_update(key_share=True)).all()
    for person_id, field in found:
        add_newest(session, vault, person_id, field)
    return found[-1], len(found)


def add_newest(session: Session, vault: Vault, person_id: UUID, field: str) -> None:
    """Index what is sealed; of a number that has been erased the old index is all there is."""
    owner, column, sealed_as = SOURCES[field]
    sealed = session.scalar(select(column).where(owner == person_id))
    if sealed is None:
        return
    index = vault.index(field, vault.open(sealed, sealed_as, person_id))
    row = insert(BlindIndexRow).values(
        field=field, value_index=index, key_id=vault.current.key_id, person_id=person_id
    )
    session.execute(row.on_conflict_do_nothing())
    of = session.scalar(
        select(BlindIndexRow.person_id).where(
            BlindIndexRow.field == field, BlindIndexRow.value_index == index
        )
    )
    if of != person_id:
        raise TwoPeople(f"{field} of {person_id} and of {of}")


def forget_unknown_keys(session: Session, vault: Vault) -> int:
    """Drop indexes by keys that are gone, where there is one by the newest; how many."""
    newest = aliased(BlindIndexRow)
    has_newest = exists().where(
        newest.person_id == BlindIndexRow.person_id,
        newest.field == BlindIndexRow.field,
        newest.key_id == vault.current.key_id,
    )
    gone = session.execute(
        delete(BlindIndexRow)
        .where(BlindIndexRow.key_id.not_in(list(vault.keys)), has_newest)
        .returning(BlindIndexRow.field)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
