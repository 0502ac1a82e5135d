"""What the gateway gets to see of requests, bookings and visits."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, time
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from services.kernel.paging import encode_cursor
from services.matching.contract import CLOCK, AddressStep
from services.matching.doors import Door
from services.matching.storage import (
    ActivityRow,
    BookingRow,
    RequestRow,
    SeatRow,
    SeriesRow,
)


# Of a globe of radius 1, on which distances are kept.
GLOBE_DIAMETER = 2.0

T = TypeVar("T")
# How a day that a series leaves out is shown among the states of its requests.
SKIPPED = "skipped"
SHOWN_OF_ACTIVITY = (
    "request_id",
    "state",
    "category",
    "item_code",
    "starts_at",
    "ends_at",
    "minutes",
    "street",
    "language",
)
SHOWN_OF_SEAT = (
    "seat_id",
    "elder_id",
    "state",
    "refusal",
    "held_minutes",
    "paid_minutes",
    "visit_id",
    "is_absent",
)
SHOWN_OF_SERIES = (
    "series_id",
    "elder_id",
    "submitted_by",
    "state",
    "pause_reason",
    "category",
    "item_code",
    "weekday",
    "window_minutes",
    "minutes",
    "first_on",
    "last_on",
    "street",
    "language",
    "continues_id",
    "version",
)


def request(
    row: RequestRow,
    booking: BookingRow | None = None,
    visit_id: UUID | None = None,
    step: AddressStep = AddressStep.AREA,
    door: Door | None = None,
    distance_metres: int | None = None,
) -> dict[str, Any]:
    """A request as far as the step goes: a note may hold an address, so it comes with the place.

    ``door`` is needed from the step of the place on.
    """
    shows_place = door is not None and step is not AddressStep.AREA
    return {
        "request_id": row.request_id,
        "elder_id": row.elder_id,
        "submitted_by": row.submitted_by,
        "state": row.state,
        "refusal": row.refusal,
        "category": row.category,
        "item_code": row.item_code,
        "item_version": row.item_version,
        "skill": row.skill,
        "certificate_needed": row.certificate_needed,
        "language": row.language,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "minutes": row.minutes,
        "district": row.district,
        "street": row.street,
        "latitude": row.latitude if shows_place else row.public_latitude,
        "longitude": row.longitude if shows_place else row.public_longitude,
        "address": door.address if door and shows_place else None,
        "note": door.note if door and shows_place else None,
        "phone": door.phone if door and step is AddressStep.DOOR else None,
        "address_step": step,
        "booking_id": booking and booking.booking_id,
        "volunteer_id": booking and booking.volunteer_id,
        "visit_id": visit_id,
        "distance_metres": distance_metres,
        "version": row.version,
        "preferred_volunteer_id": row.preferred_volunteer_id if shows_place else None,
        "review_reason": row.review_reason if shows_place else None,
        "replaces_id": row.replaces_id,
        "series_id": row.series_id,
        "occurs_on": row.occurs_on,
    }


def booking(
    row: BookingRow, of: RequestRow, visit_id: UUID | None, address: str | None
) -> dict[str, Any]:
    return {
        "booking_id": row.booking_id,
        "request_id": row.request_id,
        "elder_id": of.elder_id,
        "volunteer_id": row.volunteer_id,
        "state": row.state,
        "address": address,
        "visit_id": visit_id,
    }


def activity(
    row: RequestRow,
    of: ActivityRow,
    door: Door,
    taken: int,
    volunteer_id: UUID | None = None,
    seats: Iterable[SeatRow] = (),
) -> dict[str, Any]:
    """An activity, with those of its places that the caller may see. Its place is no secret."""
    shown = {name: getattr(row, name) for name in SHOWN_OF_ACTIVITY}
    places = ("smallest_places", "largest_places", "held_minutes", "programme_id")
    return (
        shown
        | {name: getattr(of, name) for name in places}
        | {
            "organised_by": row.submitted_by,
            "address": door.address,
            "note": door.note,
            "refusal": row.refusal,
            "places_left": of.largest_places - taken,
            "volunteer_id": volunteer_id,
            "seats": [{name: getattr(seat, name) for name in SHOWN_OF_SEAT} for seat in seats],
        }
    )


def clock(time_of_day: time) -> str:
    return time_of_day.strftime(CLOCK)


def series(
    row: SeriesRow, door: Door, made: Iterable[RequestRow] = (), skipped: Iterable[date] = ()
) -> dict[str, Any]:
    """A series with the days it has made or leaves out, the latest first."""
    days: dict[date | None, dict[str, Any]] = {
        day: {"occurs_on": day, "state": SKIPPED, "request_id": None} for day in skipped
    }
    for each in made:
        facts = {"occurs_on": each.occurs_on, "state": each.state, "request_id": each.request_id}
        days[each.occurs_on] = facts
    occurrences = sorted(days.values(), key=itemgetter("occurs_on"), reverse=True)
    shown = {name: getattr(row, name) for name in SHOWN_OF_SERIES}
    return shown | {
        "note": door.note,
        "time_of_day": clock(row.time_of_day),
        "occurrences": occurrences,
    }


def way_through_the_globe(key: Any) -> float:
    """The sort key of a list by distance; raises ValueError for anything else."""
    if type(key) is not float or not 0 <= key <= GLOBE_DIAMETER:
        raise ValueError("no distance")
    return key


def page(
    rows: Sequence[T], limit: int, position: Callable[[T], tuple[Any, UUID]]
) -> tuple[Sequence[T], str | None]:
    """The page out of one row more than it holds, and the cursor of the next if there is one."""
    kept = rows[:limit]
    return kept, encode_cursor(*position(kept[-1])) if len(rows) > limit else None
