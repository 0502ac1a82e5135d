"""Organisations, projects and who belongs to them; selections with jury, shortlists and votes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0008"
down_revision = "0007"

AT = sa.DateTime(timezone=True)
ADDED_ONLY = ("staff_steps", "selection_shortlists", "selection_winners", "selection_nominations")


def upgrade() -> None:
    op.add_column("served_visits", sa.Column("street", sa.Text, nullable=False, server_default=""))
    # Of an activity that a programme paid, the street is not known from before it was told.
    op.execute(
        "update served_visits set street = visits.street"
        " from visits where visits.visit_id = served_visits.visit_id"
    )
    op.create_index("served_visits_by_time", "served_visits", ["ended_at"])
    op.create_index("visits_by_time", "visits", ["ended_at"])
    create_organisations()
    create_selections()
    create_steps_of_selections()
    config = op.get_context().config
    limit_login(config.attributes.get("service_login") if config else None)


def create_organisations() -> None:
    op.create_table(
        "organisations",
        sa.Column("organisation_id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("district", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_index("organisations_of_district", "organisations", ["district", "kind"])
    op.create_table(
        "projects",
        sa.Column("project_id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_index("projects_of_organisation", "projects", ["organisation_id"])
    op.create_table(
        "staff_steps",
        sa.Column("staff_id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("is_lead", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
    )
    op.create_index("staff_steps_of_organisation", "staff_steps", ["organisation_id"])
    op.create_index("staff_steps_of_person", "staff_steps", ["person_id"])


def create_selections() -> None:
    op.create_table(
        "selections",
        sa.Column("selection_id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "area")),
        *(sa.Column(name, sa.Date, nullable=False) for name in ("from_date", "until_date")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("title_zh", "title_en")),
        sa.Column("winners", sa.Integer, nullable=False),
        sa.Column("nominated_only", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("criteria", sa.JSON, nullable=False),
        sa.Column("policy_version", sa.Integer, nullable=False),
        sa.Column("opened_by", sa.Uuid, nullable=False),
        sa.Column("opened_at", AT, nullable=False),
        sa.Column("shortlist_version", sa.Integer),
        sa.Column("counted_at", AT),
        sa.Column("voting_until", AT),
        sa.Column("follows_votes", sa.Boolean),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_at", AT),
        sa.Column("decision_reason", sa.Text),
        sa.Column("announced_by", sa.Uuid),
        sa.Column("announced_at", AT),
        sa.Column("cancelled_by", sa.Uuid),
        sa.Column("cancel_reason", sa.Text),
        *(sa.CheckConstraint(rule, name=f"selections_{name}") for name, rule in RULES.items()),
    )
    op.create_index("selections_of_area", "selections", ["area", "opened_at", "selection_id"])


RULES = {
    "kind": "kind in ('project', 'organisation')",
    "state": "state in ('draft', 'shortlisted', 'voting', 'decided', 'announced', 'cancelled')",
    "period": "from_date <= until_date",
    "winners": "winners >= 1",
    "counted": "state not in ('shortlisted', 'voting', 'decided', 'announced')"
    " or (shortlist_version is not null and counted_at is not null)",
    "voted": "state not in ('voting', 'decided', 'announced') or voting_until is not null",
    "decided": "state not in ('decided', 'announced') or (decided_by is not null"
    " and decided_at >= voting_until"
    " and (coalesce(follows_votes, false) or decision_reason is not null))",
    "announced": "(state = 'announced') = (announced_at is not null)",
    "cancelled": "(state = 'cancelled') = (cancel_reason is not null)",
}


def selection_id() -> sa.Column[object]:
    return sa.Column(
        "selection_id", sa.Uuid, sa.ForeignKey("selections.selection_id"), primary_key=True
    )


def create_steps_of_selections() -> None:
    op.create_table(
        "selection_jury",
        selection_id(),
        sa.Column("member_id", sa.Uuid, primary_key=True),
        sa.Column("appointed_by", sa.Uuid, nullable=False),
        sa.Column("appointed_at", AT, nullable=False),
        sa.CheckConstraint("member_id <> appointed_by", name="selection_jury_by_another"),
    )
    op.create_table(
        "selection_nominations",
        selection_id(),
        sa.Column("candidate_id", sa.Uuid, primary_key=True),
        sa.Column("nominated_by", sa.Uuid, nullable=False),
        sa.Column("nominated_at", AT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "selection_shortlists",
        selection_id(),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("candidate_id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("points", sa.JSON, nullable=False),
        sa.Column("lacking", ARRAY(sa.Text), nullable=False),
        sa.Column("rank", sa.Integer),
        sa.CheckConstraint("version >= 1", name="selection_shortlists_version"),
        sa.CheckConstraint(
            "(rank is null) = (cardinality(lacking) > 0)", name="selection_shortlists_judged"
        ),
    )
    op.create_table(
        "selection_votes",
        sa.Column("selection_id", sa.Uuid, primary_key=True),
        sa.Column("member_id", sa.Uuid, primary_key=True),
        sa.Column("candidate_ids", ARRAY(sa.Uuid), nullable=False),
        sa.Column("cast_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id", "member_id"],
            ["selection_jury.selection_id", "selection_jury.member_id"],
            name="selection_votes_of_jury",
        ),
        sa.CheckConstraint("cardinality(candidate_ids) >= 1", name="selection_votes_for_somebody"),
    )
    op.create_table(
        "selection_winners",
        sa.Column("selection_id", sa.Uuid, primary_key=True),
        sa.Column("candidate_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id", "version", "candidate_id"],
            [
                "selection_shortlists.selection_id",
                "selection_shortlists.version",
                "selection_shortlists.candidate_id",
            ],
            name="selection_winners_of_shortlist",
        ),
    )


def limit_login(login: str | None) -> None:
    """Figures stay as they were counted, and who won has won."""
    if not login:
        return
    role = op.get_bind().dialect.identifier_preparer.quote(login)
    op.execute(f"revoke update, delete, truncate on {', '.join(ADDED_ONLY)} from {role}")
    op.execute(f"revoke delete, truncate on selections, selection_votes from {role}")
