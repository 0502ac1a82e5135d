"""Bring a service's database to its newest shape: Alembic, one at a time, under a lock."""

import importlib
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import create_engine, pool, text


LOCK_KEY = 0x71_6D_65_62
SERVICES_FOLDER = Path(__file__).parents[1]


def alembic_config(service: str, url: str, service_login: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SERVICES_FOLDER / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(service=service, url=url, service_login=service_login or None)
    return config


def migrate(service: str, url: str, service_login: str | None = None) -> None:
    """Apply all migrations; a second process waits for the first and then finds nothing to do."""
    command.upgrade(alembic_config(service, url, service_login), "head")


def run_migrations() -> None:
    """Called by each service's migrations/env.py."""
    attributes: dict[str, Any] = context.config.attributes
    engine = create_engine(attributes["url"], poolclass=pool.NullPool, hide_parameters=True)
    storage = importlib.import_module(f"services.{attributes['service']}.storage")
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        connection.commit()
        context.configure(connection=connection, target_metadata=storage.Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()
