"""The tables of every service's database: outbox, inbox, idempotency keys, policy versions."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)


metadata = MetaData()

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("exchange", Text, nullable=False),
    Column("routing_key", Text, nullable=False),
    Column("envelope", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
)
Index("outbox_unpublished", outbox.c.position, postgresql_where=outbox.c.published_at.is_(None))
Index(
    "outbox_published_at",
    outbox.c.published_at,
    postgresql_where=outbox.c.published_at.is_not(None),
)

inbox = Table(
    "inbox",
    metadata,
    Column("handler", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("inbox_handled_at", inbox.c.handled_at)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", JSON),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
Index("idempotency_keys_created_at", idempotency_keys.c.created_at)

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", DateTime(timezone=True), nullable=False),
    Column("values", JSON, nullable=False),
)


def create_kernel_tables(op: Any) -> None:
    """Create them all; the first step of each service's first migration."""
    metadata.create_all(op.get_bind())
