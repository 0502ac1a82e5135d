"""Whatever matching keeps sealed is reached by the exchange of keys."""

import pytest
from sqlalchemy import Table

from services.matching import codes, doors
from services.matching.storage import Base
from services.matching.storage.sealed import SEALED


# Whatever is sealed here has one of these names.
NAMES = ("sealed_secret", "address", "note", "phone")
TABLES = Base.metadata.sorted_tables


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_exchange_of_keys_knows_every_sealed_column(table: Table) -> None:
    sealed = {
        column.name
        for column in table.columns
        if column.name in NAMES
        or (column.name.startswith("sealed_") and column.name != "sealed_at")
    }
    assert set(SEALED.get(table.name, {})) == sealed


def test_it_opens_each_as_what_it_was_sealed() -> None:
    fields = {field for columns in SEALED.values() for field, _ in columns.values()}
    of_doors = {
        f"{table}.{name}"
        for table in (doors.REQUESTS, doors.SERIES)
        for name in ("address", "note", "phone")
    }
    assert fields == of_doors | {codes.PHONE_FIELD, codes.CARD_FIELD}
