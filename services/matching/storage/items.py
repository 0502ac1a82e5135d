"""Items of the catalogue: their versions, and what a district offers."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy import tuple_ as row_of
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.kernel.contract import CITY_AREA
from services.matching.domain import Item
from services.matching.storage.tables_catalogue import ItemRow


NAMES = tuple(column.name for column in ItemRow.__table__.columns)


def item_from(row: ItemRow) -> Item:
    return Item(**{name: getattr(row, name) for name in NAMES})


def item_versions(session: Session, item_code: str) -> list[Item]:
    """Every version of an item, the newest first; none for an item that does not exist."""
    query = select(ItemRow).where(ItemRow.item_code == item_code)
    return [item_from(row) for row in session.scalars(query.order_by(ItemRow.version.desc()))]


def item_version(session: Session, item_code: str, version: int) -> Item:
    """The version that a request keeps."""
    return item_from(session.get_one(ItemRow, (item_code, version)))


def add_version(session: Session, item: Item) -> bool:
    """Add a version of an item; False when somebody has added the same one first."""
    try:
        with session.begin_nested():
            session.add(ItemRow(**vars(item)))
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != "items_pkey":
            raise
        return False
    return True


def offered_items(
    session: Session,
    district: str,
    category: str | None,
    now: datetime,
    most: int,
    after: tuple[str, str] | None,
) -> list[Item]:
    """What a district offers at a time, the city's items included; by category, then code."""
    newest = (
        select(ItemRow.item_code, func.max(ItemRow.version).label("version"))
        .where(ItemRow.in_force_from <= now, ItemRow.district.in_({CITY_AREA, district}))
        .group_by(ItemRow.item_code)
        .subquery()
    )
    is_newest = and_(ItemRow.item_code == newest.c.item_code, ItemRow.version == newest.c.version)
    position = row_of(ItemRow.category, ItemRow.item_code)
    conditions: list[Any] = [ItemRow.retired.is_(False)]
    if category is not None:
        conditions.append(ItemRow.category == category)
    if after is not None:
        conditions.append(position > after)
    query = select(ItemRow).join(newest, is_newest).where(*conditions)
    rows = session.scalars(query.order_by(ItemRow.category, ItemRow.item_code).limit(most))
    return [item_from(row) for row in rows]
