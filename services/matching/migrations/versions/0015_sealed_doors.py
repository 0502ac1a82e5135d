"""Addresses and notes are sealed, as telephones are; what lies there in clear is sealed here.

It needs TIMEBANK_DATA_KEY when there is any. A process of before it cannot write any more: what it
would write in clear is refused.
"""

import sqlalchemy as sa
from alembic import op

from services.kernel.settings import Settings
from services.kernel.vault import Vault


revision = "0015"
down_revision = "0014"

OWNERS = {"requests": "request_id", "series": "series_id"}
TEXTS = ("address", "note")
SEALED = "coalesce({0} ~ '^[0-9a-f]{{8}}[.][A-Za-z0-9_=-]+$', true)"
BATCH = 1000


def upgrade() -> None:
    for table, owner in OWNERS.items():
        for name in TEXTS:
            op.alter_column(table, name, nullable=True)
        seal(table, owner)
        columns = (SEALED.format(name) for name in (*TEXTS, "phone"))
        op.create_check_constraint(f"{table}_sealed", table, " and ".join(columns))


def seal(table: str, owner: str) -> None:
    """Batch by batch in the order of the ids; what is empty needs no seal."""
    here = op.get_bind()
    rows = sa.table(table, *(sa.column(name) for name in (owner, *TEXTS)))
    key = rows.c[owner]
    following = sa.select(rows).order_by(key).limit(BATCH)
    change = (
        sa.update(rows)
        .where(key == sa.bindparam("owner"))
        .values({name: sa.bindparam(f"new_{name}") for name in TEXTS})
    )
    batch = here.execute(following).all()
    if not batch:
        return
    vault = Vault(Settings.from_environment("data_key").data_key, service="matching")
    while batch:
        sealed = [
            {"owner": row[0]}
            | {
                f"new_{name}": vault.seal(text, f"{table}.{name}", row[0]) if text else None
                for name, text in zip(TEXTS, row[1:], strict=True)
            }
            for row in batch
        ]
        here.execute(change, sealed)
        batch = here.execute(following.where(key > batch[-1][0])).all()
