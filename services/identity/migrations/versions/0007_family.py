"""How kinship was confirmed and how it ends; guardianships; consents to act."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY


revision = "0007"
down_revision = "0006"

TIME = sa.DateTime(timezone=True)
WAYS = ("by_the_other", "paper_seen")
PAPERS = (
    "household_register",
    "birth_certificate",
    "marriage_certificate",
    "adoption_certificate",
    "notarial_deed",
    "court_ruling",
    "police_certificate",
    "committee_designation",
)
STATES = ("claimed", "confirmed", "refused", "ended")
ENDS = ("divorce", "adoption_ended", "recorded_wrongly")
GUARDIANSHIP_STATES = ("named", "confirmed", "refused", "ended")
GUARDIANSHIP_ENDS = ("replaced", "court_ruling", "recorded_wrongly", "account_closed")
CONSENT_ENDS = ("revoked", "laid_down", "replaced", "kinship_ended", "account_closed")
# A pupil who is registered has named a guardian; now that has to be confirmed.
CARRY_OVER = """
insert into guardianships (guardianship_id, ward_id, guardian_id, kind, state, named_at, named_by)
select gen_random_uuid(), person_id, guardian_id, 'minor', 'named', registered_at, person_id
from people where guardian_id is not null
"""
KEPT = ("guardianships", "consents")


def upgrade() -> None:
    widen_kinships()
    create_guardianships()
    create_consents()
    config = op.get_context().config
    login = config.attributes.get("service_login") if config else None
    if login:
        role = op.get_bind().dialect.identifier_preparer.quote(login)
        op.execute(f"REVOKE DELETE, TRUNCATE ON {', '.join(KEPT)} FROM {role}")


def widen_kinships() -> None:
    op.drop_constraint("kinships_state", "kinships", type_="check")
    op.drop_constraint("kinships_confirmed_at", "kinships", type_="check")
    op.drop_constraint("kinships_claimed_once", "kinships", type_="unique")
    for column in (
        words("confirmed_way", WAYS, "kinships_confirmed_way", nullable=True),
        words("paper", PAPERS, "kinships_paper", nullable=True),
        sa.Column("closed_at", TIME),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("close_note", sa.Text),
        words("end_reason", ENDS, "kinships_end", nullable=True),
    ):
        op.add_column("kinships", column)
    states = ", ".join(f"'{state}'" for state in STATES)
    op.create_check_constraint("kinships_state", "kinships", f"state IN ({states})")
    checks = {
        "kinships_confirmed_at": "(state in ('confirmed', 'ended')) = (confirmed_at IS NOT NULL)",
        "kinships_closed_at": "(state in ('refused', 'ended')) = (closed_at IS NOT NULL)",
        "kinships_end_reason": "(state = 'ended') = (end_reason IS NOT NULL)",
        "kinships_paper_seen": "(confirmed_way = 'paper_seen') = (paper IS NOT NULL)",
    }
    for name, condition in checks.items():
        op.create_check_constraint(name, "kinships", condition)
    op.create_index(
        "kinships_claimed_once",
        "kinships",
        ["person_id", "relative_id", "relation"],
        unique=True,
        postgresql_where=sa.text("state in ('claimed', 'confirmed')"),
    )
    op.create_index("kinships_person", "kinships", ["person_id"])


def create_guardianships() -> None:
    op.create_table(
        "guardianships",
        sa.Column("guardianship_id", sa.Uuid, primary_key=True),
        sa.Column("ward_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("guardian_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        words("kind", ("minor", "adult"), "guardianships_kind"),
        words("state", GUARDIANSHIP_STATES, "guardianships_state"),
        sa.Column("named_at", TIME, nullable=False),
        sa.Column("named_by", sa.Uuid),
        sa.Column("confirmed_at", TIME),
        sa.Column("confirmed_by", sa.Uuid),
        words("confirmed_way", WAYS, "guardianships_confirmed_way", nullable=True),
        words("paper", PAPERS, "guardianships_paper", nullable=True),
        sa.Column("closed_at", TIME),
        sa.Column("closed_by", sa.Uuid),
        sa.Column("close_note", sa.Text),
        words("end_reason", GUARDIANSHIP_ENDS, "guardianships_end", nullable=True),
        sa.CheckConstraint("ward_id <> guardian_id", name="guardianships_two_people"),
        sa.CheckConstraint(
            "(state in ('confirmed', 'ended')) = (confirmed_at IS NOT NULL)",
            name="guardianships_confirmed_at",
        ),
        sa.CheckConstraint(
            "(state in ('refused', 'ended')) = (closed_at IS NOT NULL)",
            name="guardianships_closed_at",
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (end_reason IS NOT NULL)", name="guardianships_end_reason"
        ),
        sa.CheckConstraint(
            "(confirmed_way = 'paper_seen') = (paper IS NOT NULL)", name="guardianships_paper_seen"
        ),
        sa.CheckConstraint(
            "kind <> 'adult' or confirmed_way <> 'by_the_other'", name="guardianships_by_a_court"
        ),
    )
    standing = {
        "guardianships_named_once": (["ward_id", "guardian_id"], "state in ('named', 'confirmed')"),
        "guardianships_one_confirmed": (["ward_id"], "state = 'confirmed'"),
    }
    for name, (columns, condition) in standing.items():
        op.create_index(
            name, "guardianships", columns, unique=True, postgresql_where=sa.text(condition)
        )
    op.create_index("guardianships_ward", "guardianships", ["ward_id"])
    op.create_index("guardianships_guardian", "guardianships", ["guardian_id"])
    op.execute(CARRY_OVER)


def create_consents() -> None:
    op.create_table(
        "consents",
        sa.Column("consent_id", sa.Uuid, primary_key=True),
        sa.Column("elder_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("agent_id", sa.Uuid, sa.ForeignKey("people.person_id"), nullable=False),
        sa.Column("scopes", ARRAY(sa.Text), nullable=False),
        sa.Column("until", TIME, nullable=False),
        words("state", ("given", "ended"), "consents_state"),
        sa.Column("given_at", TIME, nullable=False),
        sa.Column("given_by", sa.Uuid, nullable=False),
        sa.Column("paper_reference", sa.Text),
        sa.Column("ended_at", TIME),
        sa.Column("ended_by", sa.Uuid),
        words("end_reason", CONSENT_ENDS, "consents_end", nullable=True),
        sa.CheckConstraint("elder_id <> agent_id", name="consents_two_people"),
        sa.CheckConstraint("given_at < until", name="consents_until"),
        sa.CheckConstraint("cardinality(scopes) > 0", name="consents_scopes"),
        sa.CheckConstraint(
            "(given_by = elder_id) = (paper_reference IS NULL)", name="consents_signed_paper"
        ),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="consents_ended_at"),
        sa.CheckConstraint(
            "(state = 'ended') = (end_reason IS NOT NULL)", name="consents_end_reason"
        ),
    )
    op.create_index(
        "consents_one_given",
        "consents",
        ["elder_id", "agent_id"],
        unique=True,
        postgresql_where=sa.text("state = 'given'"),
    )
    op.create_index("consents_elder", "consents", ["elder_id"])
    op.create_index("consents_agent", "consents", ["agent_id"])


def words(
    column: str, values: tuple[str, ...], check: str, nullable: bool = False
) -> sa.Column[str]:
    """A column that holds one of these words, with a CHECK of that name."""
    kind = sa.Enum(*values, name=check, native_enum=False, create_constraint=True, length=40)
    return sa.Column(column, kind, nullable=nullable)
