"""Every sealed column is known to the exchange of keys, and every table to the export."""

import pytest
from sqlalchemy import Table

from services.identity.exporting import labels, section
from services.identity.storage import Base
from services.identity.storage.exports import HIDDEN, LEFT_OUT, SUBJECTS, subjects_of
from services.identity.storage.sealed import PREFIX, SEALED


TABLES = Base.metadata.sorted_tables
ABOUT_PEOPLE = [table for table in TABLES if set(SUBJECTS) & set(table.columns.keys())]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_exchange_of_keys_knows_every_sealed_column(table: Table) -> None:
    """A column that is not in storage/sealed.py would be lost with the old key."""
    sealed = {column.name for column in table.columns if column.name.startswith(PREFIX)}
    assert set(SEALED.get(table.name, {})) == sealed
    owners = {owner for _, owner in SEALED.get(table.name, {}).values()}
    assert owners <= set(table.columns.keys())


@pytest.mark.parametrize("table", ABOUT_PEOPLE, ids=lambda table: table.name)
def test_a_table_about_people_is_exported_or_left_out_for_a_reason(table: Table) -> None:
    """Add it to export.yaml with labels for its columns, or to LEFT_OUT in storage/exports.py."""
    assert (table.name in labels()["sections"]) != (table.name in LEFT_OUT)


@pytest.mark.parametrize("table", ABOUT_PEOPLE, ids=lambda table: table.name)
def test_every_exported_column_has_a_label(table: Table) -> None:
    if subjects_of(table):
        shown = {column.name.removeprefix(PREFIX) for column in table.columns} - set(HIDDEN)
        assert shown <= set(labels()["facts"])


def test_a_section_says_in_words_what_each_value_is() -> None:
    told = section("people", [{"name": "王秀兰"}])
    assert (told["title_zh"], told["title_en"]) == ("基本信息", "Account")
    (fact,) = told["entries"][0]
    assert (fact["label_zh"], fact["label_en"], fact["value"]) == ("姓名", "Name", "王秀兰")
