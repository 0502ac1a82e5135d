"""Ratings with dimensions and versions; what they add up to by category and district."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"

DIMENSIONS = ("punctual", "attitude", "skill", "safety")


def upgrade() -> None:
    op.add_column("visits", sa.Column("category", sa.Text, nullable=False, server_default=""))
    op.add_column("ratings", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    for name in DIMENSIONS:
        op.add_column("ratings", sa.Column(name, sa.SmallInteger))
    op.add_column("ratings", sa.Column("again", sa.Boolean))
    op.add_column(
        "ratings",
        sa.Column("wants_to_complain", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    op.add_column("ratings", sa.Column("policy_version", sa.Integer))
    op.drop_constraint("ratings_visit_id_key", "ratings", type_="unique")
    op.drop_constraint("ratings_pkey", "ratings", type_="primary")
    op.create_primary_key("ratings_pkey", "ratings", ["rating_id", "version"])
    op.create_unique_constraint("ratings_one_of_a_version", "ratings", ["visit_id", "version"])
    op.create_check_constraint("ratings_version", "ratings", "version >= 1")
    ranges = (f"coalesce({name}, 1) between 1 and 5" for name in DIMENSIONS)
    op.create_check_constraint("ratings_dimensions", "ratings", " and ".join(ranges))
    op.create_table(
        "reputation_parts",
        sa.Column("volunteer_id", sa.Uuid, primary_key=True),
        sa.Column("category", sa.Text, primary_key=True),
        sa.Column("district", sa.Text, primary_key=True),
        sa.Column("ratings", sa.BigInteger, nullable=False),
        sa.Column("stars_sum", sa.BigInteger, nullable=False),
        sa.CheckConstraint("ratings >= 0", name="reputation_parts_ratings"),
        sa.CheckConstraint(
            "stars_sum between ratings and 5 * ratings", name="reputation_parts_stars"
        ),
    )
    # What was rated before categories were told counts in its district, of no category.
    op.execute(
        "insert into reputation_parts "
        "select r.volunteer_id, v.category, substr(v.street, 1, 6), count(*), sum(r.stars) "
        "from ratings r join visits v using (visit_id) group by 1, 2, 3"
    )
