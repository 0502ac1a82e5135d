"""What a volunteer's ratings add up to."""

from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating import domain
from services.rating.storage.tables import ReputationRow
from services.rating.storage.tables_parts import ReputationPartRow


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


def change_part(
    session: Session, volunteer_id: UUID, where: domain.Where, ratings: int, stars: int
) -> None:
    """Add to a part; whoever calls holds the volunteer's reputation locked."""
    row = insert(ReputationPartRow).values(
        volunteer_id=volunteer_id, **where._asdict(), ratings=ratings, stars_sum=stars
    )
    part = ReputationPartRow
    sums = {"ratings": part.ratings + ratings, "stars_sum": part.stars_sum + stars}
    session.execute(
        row.on_conflict_do_update(
            index_elements=["volunteer_id", "category", "district"], set_=sums
        )
        if ratings
        else update(part).where(part.volunteer_id == volunteer_id, *_is(where)).values(sums)
    )


def parts_of(session: Session, volunteer_id: UUID) -> dict[domain.Where, domain.Count]:
    query = select(ReputationPartRow).where(ReputationPartRow.volunteer_id == volunteer_id)
    return {
        domain.Where(row.category, row.district): domain.Count(row.ratings, row.stars_sum)
        for row in session.scalars(query)
    }


def _is(where: domain.Where) -> list[ColumnElement[bool]]:
    return [
        ReputationPartRow.category == where.category,
        ReputationPartRow.district == where.district,
    ]
