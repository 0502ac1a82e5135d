"""Lists of disputes: one's own, what waits for an arbiter, what is overtaken, what is counted."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, text, tuple_
from sqlalchemy.orm import Session

from services.kernel.caller import CITY_SUFFIX
from services.rating.contract import Claim, DisputeState, Level, Outcome, Side
from services.rating.domain.dispute_statistics import Told
from services.rating.domain.disputes import OPEN_STATES, Dispute
from services.rating.domain.visits import DISTRICT_DIGITS
from services.rating.storage.disputes import loaded
from services.rating.storage.tables_disputes import DecisionRow, DisputeRow


WAITS = text("state in ('under_review', 'appealed', 'unfunded')")
DUE = text("(state = 'decided' or state in ('under_review', 'appealed') and level <> 'city')")


def within(area: str) -> ColumnElement[bool]:
    """The streets of an area: of a city, all."""
    prefix = area.removesuffix(CITY_SUFFIX) if len(area) == DISTRICT_DIGITS else area
    return DisputeRow.street.startswith(prefix)


def disputes_of(
    session: Session,
    person_id: UUID,
    elders: Collection[UUID],
    pupils: Collection[UUID],
    most: int,
    before: tuple[datetime, UUID] | None,
) -> list[Dispute]:
    """Newest first: of one of the two, or of whom they act for, and what a clerk has opened."""
    query = select(DisputeRow).where(
        or_(
            DisputeRow.elder_id.in_({person_id, *elders}),
            DisputeRow.volunteer_id.in_({person_id, *pupils}),
            and_(DisputeRow.opened_by == person_id, DisputeRow.side == Side.CLERK.value),
        )
    )
    if before is not None:
        query = query.where(tuple_(DisputeRow.opened_at, DisputeRow.dispute_id) < tuple_(*before))
    newest = query.order_by(DisputeRow.opened_at.desc(), DisputeRow.dispute_id.desc())
    return [loaded(Dispute, row) for row in session.scalars(newest.limit(most))]


def disputes_to_decide(
    session: Session,
    area: str,
    level: Level,
    most: int,
    after: tuple[datetime | None, UUID] | None,
) -> list[Dispute]:
    """The nearest deadline first; what waits for the budget has none and comes last."""
    due_at = func.coalesce(DisputeRow.due_at, text("'infinity'::timestamptz"))
    query = select(DisputeRow).where(WAITS, DisputeRow.level == level.value, within(area))
    if after is not None:
        moment, dispute_id = after
        later = DisputeRow.dispute_id > dispute_id
        if moment is None:
            query = query.where(DisputeRow.due_at.is_(None), later)
        else:
            query = query.where(or_(due_at > moment, and_(due_at == moment, later)))
    nearest = query.order_by(due_at, DisputeRow.dispute_id).limit(most)
    return [loaded(Dispute, row) for row in session.scalars(nearest)]


def overtaken(session: Session, now: datetime, most: int) -> list[Dispute]:
    """Locked, those whose deadline has passed; one that somebody works on is left for next time."""
    query = (
        select(DisputeRow)
        .where(DUE, DisputeRow.due_at < now)
        .order_by(DisputeRow.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [loaded(Dispute, row) for row in session.scalars(query)]


def left_waiting(session: Session, now: datetime) -> tuple[int, int]:
    """How many are overdue at the city, and how many wait for a budget."""
    states = [state.value for state in OPEN_STATES]
    overdue = and_(
        DisputeRow.state.in_(states), DisputeRow.level == Level.CITY.value, DisputeRow.due_at < now
    )
    unfunded = DisputeRow.state == DisputeState.UNFUNDED.value
    row = session.execute(
        select(func.count().filter(overdue), func.count().filter(unfunded))
        .select_from(DisputeRow)
        .where(WAITS)
    ).one()
    return row[0], row[1]


def told_of(session: Session, area: str, since: datetime, until: datetime) -> list[Told]:
    """What the statistics look at: opened from ``since`` on and before ``until``, not withdrawn."""
    query = (
        select(DisputeRow, DecisionRow)
        .outerjoin(DecisionRow, DecisionRow.dispute_id == DisputeRow.dispute_id)
        .where(
            within(area),
            DisputeRow.opened_at >= since,
            DisputeRow.opened_at < until,
            DisputeRow.state.not_in([DisputeState.WITHDRAWN, DisputeState.WITHDRAWING]),
        )
        .order_by(DisputeRow.dispute_id, DecisionRow.is_appeal)
    )
    told: dict[UUID, Told] = {}
    for dispute, decision in session.execute(query):
        earlier = told.get(dispute.dispute_id)
        first = earlier.decided_at if earlier else decision and decision.decided_at
        told[dispute.dispute_id] = Told(
            district=dispute.street[:DISTRICT_DIGITS],
            claim=Claim(dispute.claim),
            opened_at=dispute.opened_at,
            outcome=Outcome(decision.outcome) if decision else None,
            level=Level(decision.level) if decision else None,
            decided_at=first or None,
            is_appealed=dispute.appealed_by is not None,
        )
    return list(told.values())
