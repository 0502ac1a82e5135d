"""The states of a person: unverified, pending, verified, refused, closed."""

from alembic import op


revision = "0002"
down_revision = "0001"

STATES = ("unverified", "pending", "verified", "refused", "closed")


def upgrade() -> None:
    for check in ("people_state", "people_verified_at"):
        op.drop_constraint(check, "people", type_="check")
    op.execute("UPDATE people SET state = 'unverified' WHERE state = 'registered'")
    words = ", ".join(f"'{state}'" for state in STATES)
    op.create_check_constraint("people_state", "people", f"state IN ({words})")
    # Whoever was verified once keeps the date when they must be checked again or have left.
    op.create_check_constraint(
        "people_verified_at", "people", "state <> 'verified' OR verified_at IS NOT NULL"
    )
