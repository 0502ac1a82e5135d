"""What a volunteer's ratings add up to."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating import domain
from services.rating.storage.tables import ReputationRow


def lock_reputation(session: Session, volunteer_id: UUID) -> domain.Reputation:
    """The reputation as nobody else can change it until this transaction ends."""
    nothing = insert(ReputationRow).values(vars(domain.Reputation(volunteer_id)))
    session.execute(nothing.on_conflict_do_nothing())
    query = select(ReputationRow).where(ReputationRow.volunteer_id == volunteer_id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return _reputation(session.scalars(locked).one())


def save_reputation(session: Session, reputation: domain.Reputation) -> None:
    row = session.get_one(ReputationRow, reputation.volunteer_id)
    row.ratings, row.stars_sum = reputation.ratings, reputation.stars_sum


def find_reputation(session: Session, volunteer_id: UUID) -> domain.Reputation:
    """Of somebody without ratings: nothing yet."""
    row = session.get(ReputationRow, volunteer_id)
    return _reputation(row) if row else domain.Reputation(volunteer_id)


def _reputation(row: ReputationRow) -> domain.Reputation:
    return domain.Reputation(row.volunteer_id, row.ratings, row.stars_sum)
