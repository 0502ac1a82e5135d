"""Each service's migrations lead to exactly the tables that its storage describes."""

import importlib
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine

from services.kernel import tables
from services.kernel.settings import SERVICES
from tests.integration.conftest import Templates


@pytest.mark.parametrize("service", SERVICES)
def test_migrated_tables_are_those_of_the_storage(templates: Templates, service: str) -> None:
    storage = importlib.import_module(f"services.{service}.storage")
    wanted = MetaData()
    for table in (*storage.Base.metadata.sorted_tables, *tables.metadata.sorted_tables):
        table.to_metadata(wanted)
    with templates.database(service) as (_, admin_url):
        engine = create_engine(admin_url)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences: list[Any] = compare_metadata(context, wanted)
        engine.dispose()
    assert differences == []
