"""How a series makes its requests ahead of time, each once, and why it pauses or ends."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.vault import Vault
from services.matching import asking, domain, doors, endings, storage
from services.matching.contract import (
    InvalidWindow,
    ItemNotOffered,
    RequestState,
    SeriesEnded,
    SeriesPaused,
    SeriesState,
)
from services.matching.domain import Item, PauseReason, Rhythm
from services.matching.storage import RequestRow, SeriesRow


Record = Callable[..., None]

ENDED = "series_ended"
OVER = "over"
SOMEBODY_COMES = (RequestState.ACCEPTED, RequestState.UNDERWAY, RequestState.EXCEPTED)


def rhythm_of(series: SeriesRow) -> Rhythm:
    return Rhythm(
        series.weekday,
        series.time_of_day,
        series.window_minutes,
        series.minutes,
        series.first_on,
        series.last_on,
    )


def move(series: SeriesRow, to: SeriesState) -> None:
    """The only place where a series' state changes; raises WrongState."""
    series.state = domain.moved_series(SeriesState(series.state), to)


def make_due(record: Record, session: Session, vault: Vault, now: datetime) -> int:
    """Make a batch of what is due; how many requests. Safe with replicas."""
    policy = storage.policy_in_force(session, now)
    due = storage.lock_due_series(session, domain.horizon_of(now, policy), city_date(now))
    return sum(len(make(record, session, vault, series, now)) for series in due)


def make(
    record: Record,
    session: Session,
    vault: Vault,
    series: SeriesRow,
    now: datetime,
    replaced: Mapping[tuple[int, int], UUID] | None = None,
) -> list[RequestRow]:
    """The requests of a locked series that are due now; none when it has to pause or is over.

    ``replaced`` are cancelled requests by their week, whose coins come back first.
    """
    policy = storage.policy_in_force(session, now)
    rhythm = rhythm_of(series)
    if series.last_on < city_date(now):
        end(record, session, series, series.submitted_by, OVER)
        return []
    elder = storage.find_person(session, series.elder_id)
    item = item_of(session, series, now)
    if elder is None or not elder.verified:
        pause(record, session, series, PauseReason.NOT_VERIFIED)
        return []
    if elder.suspended:
        pause(record, session, series, PauseReason.SUSPENDED)
        return []
    if item is None:
        pause(record, session, series, PauseReason.NOT_OFFERED)
        return []
    skipped = storage.skipped_days(session, series.series_id)
    door = doors.opened(vault, series)
    place = place_of(series, door)
    made = []
    for window in domain.due(rhythm, series.made_until, skipped, now, policy):
        day = city_date(window.starts_at)
        replaces_id = (replaced or {}).get(week_of(day))
        wish = asking.Wish(
            item,
            window,
            place,
            series.submitted_by,
            door.note,
            series.language,
            series.preferred_volunteer_id,
            replaces_id=replaces_id,
            series_id=series.series_id,
            occurs_on=day,
        )
        row = asking.add(session, vault, elder, wish, now)
        if replaces_id is None:
            asking.tell(record, session, row)
        made.append(row)
    horizon = min(series.last_on, domain.horizon_of(now, policy))
    series.made_until = max(series.made_until, horizon)
    return made


def item_of(session: Session, series: SeriesRow, now: datetime) -> Item | None:
    """The item as it is offered now; None when it is not any more, or not for so many minutes."""
    versions = storage.item_versions(session, series.item_code)
    try:
        item = domain.offered(versions, series.district, now)
        domain.check_item(item, None, series.minutes, storage.policy_in_force(session, now))
    except (ItemNotOffered, InvalidWindow):
        return None
    return item


def place_of(series: SeriesRow, door: doors.Door) -> dict[str, Any]:
    position = {name: getattr(series, name) for name in asking.POSITION}
    return position | {"address": door.address, "phone": door.phone}


def week_of(day: date) -> tuple[int, int]:
    year, week, _ = day.isocalendar()
    return year, week


def pause(record: Record, session: Session, series: SeriesRow, reason: PauseReason) -> None:
    move(series, SeriesState.PAUSED)
    series.pause_reason = reason
    facts = {"series_id": series.series_id, "elder_id": series.elder_id}
    record(session, SeriesPaused, **facts, reason=reason, district=series.district)


def end(record: Record, session: Session, series: SeriesRow, ended_by: UUID, reason: str) -> None:
    move(series, SeriesState.ENDED)
    series.pause_reason = None
    series.ended_by, series.end_reason = ended_by, reason
    record(
        session,
        SeriesEnded,
        series_id=series.series_id,
        elder_id=series.elder_id,
        last_on=series.last_on,
        ended_by=ended_by,
        reason=reason,
        district=series.district,
    )


def shorten(
    record: Record,
    session: Session,
    series: SeriesRow,
    last_on: date,
    ended_by: UUID,
    reason: str,
) -> tuple[dict[tuple[int, int], UUID], list[date]]:
    """No request after a day, but for those that somebody comes to.

    Returns the cancelled ones whose coins were held, by week, and the days that stand.
    """
    later = storage.lock_requests_of_series(session, series.series_id, last_on)
    held: dict[tuple[int, int], UUID] = {}
    standing: list[date] = []
    for row in later:
        assert row.occurs_on is not None
        if row.state in domain.REPLACEABLE:
            held[week_of(row.occurs_on)] = row.request_id
        if row.state in domain.EDITABLE:
            endings.cancel(record, session, row, ended_by, ENDED)
        elif row.state in SOMEBODY_COMES:
            standing.append(row.occurs_on)
    series.last_on, series.version = last_on, series.version + 1
    left = domain.occurrences(rhythm_of(series), series.made_until + timedelta(days=1), last_on)
    if series.state == SeriesState.PAUSED or next(left, None) is None:
        end(record, session, series, ended_by, reason)
    return held, standing


def coins_refused(record: Record, session: Session, series: SeriesRow, now: datetime) -> None:
    """Count the ledger's refusal; after too many in a row the series pauses."""
    series.refusals += 1
    most = storage.policy_in_force(session, now).requests.series_most_refusals
    if series.state == SeriesState.ACTIVE and series.refusals >= most:
        pause(record, session, series, PauseReason.REFUSED)


def lock_with_series(
    session: Session, request_id: UUID
) -> tuple[RequestRow | None, SeriesRow | None]:
    """A request and the series that made it, locked in the order everybody takes: series first."""
    seen = storage.find_request(session, request_id)
    series_id = seen.series_id if seen is not None else None
    series = storage.lock_series(session, series_id) if series_id is not None else None
    return storage.lock_request(session, request_id), series
