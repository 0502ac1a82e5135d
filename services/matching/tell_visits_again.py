"""Tell of completed visits once more: ``python -m services.matching.tell_visits_again FROM UNTIL``.

For a reader that began to listen, or lost its database, after they had happened: rating counts the
minutes of each visit once, by its id, and the ledger has posted or released its hold and does
nothing more. Both are days of the city, the last one included. Run it beside the service; a run
that was stopped is simply run again, from the day that it showed last.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from services.kernel.calendar import CITY_TIME, city_date
from services.kernel.caller import Call
from services.kernel.database import make_engine, transact
from services.kernel.outbox import envelope, record_all
from services.kernel.settings import Settings
from services.matching import endings, grouping, taking_part
from services.matching.contract import VisitCompleted
from services.matching.domain import VisitState
from services.matching.domain.activities import SeatState
from services.matching.storage import RequestRow, VisitRow, activities


# Few enough that the relay keeps up with them and with what happens meanwhile.
BATCH = 200
Begin = Callable[[], Any]
Position = tuple[datetime, UUID]


def tell_again(
    begin: Begin, since: date, until: date, report: Callable[[date, int], None], size: int = BATCH
) -> int:
    """Every completed visit that began on these days; how many events that were."""
    after: Position | None = (midnight_of(since), UUID(int=0))
    end, told = midnight_of(until + timedelta(days=1)), 0
    while after is not None:
        after, events = transact(begin, partial(tell_batch, after=after, end=end, size=size))
        told += events
        if after is not None:
            report(city_date(after[0]), told)
    return told


def tell_batch(
    session: Session, after: Position, end: datetime, size: int
) -> tuple[Position | None, int]:
    """Where to go on, and how many events went into the outbox."""
    query = (
        select(VisitRow, RequestRow)
        .join(RequestRow, RequestRow.request_id == VisitRow.request_id)
        .where(VisitRow.state == VisitState.COMPLETED, VisitRow.started_at < end)
        .where(tuple_(VisitRow.started_at, VisitRow.visit_id) > after)
        .order_by(VisitRow.started_at, VisitRow.visit_id)
        .limit(size)
    )
    found = session.execute(query).all()
    call = Call(now=datetime.now(UTC), correlation_id=str(uuid4()))
    facts = [each for visit, row in found for each in told_of(session, row, visit)]
    wrapped = [envelope(VisitCompleted, each, call.now, call.correlation_id) for each in facts]
    record_all(session, wrapped)
    last = found[-1][0] if found else None
    return (last.started_at, last.visit_id) if last else None, len(wrapped)


def told_of(session: Session, row: RequestRow, visit: VisitRow) -> Iterator[dict[str, Any]]:
    """What was told of a visit when it was settled: of a class, each share that was paid."""
    activity = activities.find_activity(session, row.request_id) if row.is_activity else None
    if activity is None or activity.programme_id is not None:
        yield endings.completed_facts(session, row, visit, activity and activity.programme_id)
        return
    settling = taking_part.settling_facts(session, row, visit)
    for seat in activities.seats_of(session, row.request_id):
        if seat.state == SeatState.ATTENDED:
            yield grouping.facts_of(row, visit, seat, visit.explanation or [], settling)


def midnight_of(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=CITY_TIME)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("since", type=date.fromisoformat, metavar="FROM")
    parser.add_argument("until", type=date.fromisoformat, metavar="UNTIL")
    days = parser.parse_args()
    begin = sessionmaker(make_engine(Settings.from_environment("database_url").database_url)).begin
    told = tell_again(begin, days.since, days.until, printed)
    print(f"{told} visits are told again; the relay sends them.")


def printed(day: date, told: int) -> None:
    print(f"{told} told, up to {day}", flush=True)


if __name__ == "__main__":
    main()
