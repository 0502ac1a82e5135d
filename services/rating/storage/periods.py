"""All service of an area and period, row by row: what shortlists are counted from."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from services.kernel.calendar import CITY_TIME
from services.rating.domain.figures import MetInPeriod, ServedInPeriod
from services.rating.domain.selections import Selection
from services.rating.storage.tables import RatingRow, VisitRow
from services.rating.storage.tables_disputes import ServiceChangeRow
from services.rating.storage.tables_organisations import StaffStepRow
from services.rating.storage.tables_stars import ServedVisitRow


# Rows fetched at a time: a year of a city's service never lies in memory as a whole.
FETCHED = 2000


def bounds_of(selection: Selection) -> tuple[datetime, datetime]:
    """From the first midnight of the period to the one after it, by the city's clock."""
    first, last = (
        datetime.combine(day, datetime.min.time(), tzinfo=CITY_TIME)
        for day in (selection.from_date, selection.until_date)
    )
    return first, last + timedelta(days=1)


def served_in(session: Session, selection: Selection) -> Iterator[ServedInPeriod]:
    """The minutes that members of organisations served there and then, as disputes left them."""
    since, until = bounds_of(selection)
    changed = (
        select(func.coalesce(func.sum(ServiceChangeRow.minutes), 0))
        .where(
            ServiceChangeRow.visit_id == ServedVisitRow.visit_id,
            # For the index; a visit has one volunteer.
            ServiceChangeRow.volunteer_id == ServedVisitRow.volunteer_id,
        )
        .scalar_subquery()
    )
    query = select(ServedVisitRow, changed).where(
        ServedVisitRow.ended_at >= since,
        ServedVisitRow.ended_at < until,
        ServedVisitRow.street.startswith(selection.districts),
        ServedVisitRow.volunteer_id.in_(select(StaffStepRow.person_id)),
    )
    for row, change in session.execute(query.execution_options(yield_per=FETCHED)):
        yield ServedInPeriod(
            row.visit_id,
            row.volunteer_id,
            row.category,
            row.ended_at,
            row.minutes + change,
            is_upheld=change < 0,
        )


def met_in(session: Session, selection: Selection) -> Iterator[MetInPeriod]:
    """The elders whom they met, and the newest word of each on the visit."""
    query = met_query(selection).execution_options(yield_per=FETCHED)
    for row in session.execute(query):
        yield MetInPeriod(*row)


def met_query(selection: Selection) -> Select[Any]:
    since, until = bounds_of(selection)
    newer = aliased(RatingRow)
    is_newest = ~exists().where(
        newer.visit_id == RatingRow.visit_id, newer.version > RatingRow.version
    )
    names = ("visit_id", "volunteer_id", "category", "ended_at", "elder_id")
    return (
        select(*(getattr(VisitRow, name) for name in names), RatingRow.stars)
        .outerjoin(RatingRow, and_(RatingRow.visit_id == VisitRow.visit_id, is_newest))
        .where(
            VisitRow.ended_at >= since,
            VisitRow.ended_at < until,
            VisitRow.street.startswith(selection.districts),
            VisitRow.volunteer_id.in_(select(StaffStepRow.person_id)),
        )
    )
