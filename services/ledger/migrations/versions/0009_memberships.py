"""Special groups by their memberships, which end."""

from uuid import uuid5

import sqlalchemy as sa
from alembic import op


revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("special_groups", sa.Column("membership_id", sa.Uuid))
    op.add_column("special_groups", sa.Column("is_ended", sa.Boolean))
    name_those_known()
    op.drop_constraint("special_groups_pkey", "special_groups")
    op.alter_column("special_groups", "is_ended", nullable=False)
    op.create_primary_key("special_groups_pkey", "special_groups", ["membership_id"])
    op.create_index(
        "special_groups_standing",
        "special_groups",
        ["person_id"],
        postgresql_where=sa.text("not is_ended"),
    )


def name_those_known() -> None:
    """As identity does for those that were approved before memberships had ids."""
    connection = op.get_bind()
    known = connection.execute(sa.text("select person_id, group_name from special_groups"))
    update = sa.text(
        "update special_groups set membership_id = :membership_id, is_ended = false"
        " where person_id = :person_id and group_name = :group_name"
    )
    for person_id, group in known.all():
        membership_id = uuid5(person_id, group)
        connection.execute(
            update,
            {"membership_id": membership_id, "person_id": person_id, "group_name": group},
        )
