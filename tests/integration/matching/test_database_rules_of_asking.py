"""The database refuses items, series and places that contradict themselves, whoever writes."""

from datetime import date, time
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from services.kernel.contract import CITY_AREA
from services.matching.storage import ItemRow, RequestRow, SeatRow, SeriesRow
from services.matching.storage import activities as kept
from tests.integration.matching.conftest import DISTRICT, NOW, STREET
from tests.integration.matching.rows import refused, request


DAY = date(2026, 11, 27)


def item(session: Session, **changes: Any) -> None:
    facts = {
        "item_code": f"item-{uuid4()}",
        "version": 1,
        "category": "assistance",
        "district": CITY_AREA,
        "name_zh": "代购",
        "name_en": "Shopping",
        "certificate_needed": False,
        "smallest_group": 1,
        "largest_group": 1,
        "needs_review": False,
        "retired": False,
        "in_force_from": NOW,
        "reason": "x",
    }
    session.add(ItemRow(**facts | changes))
    session.flush()


def series(session: Session, **changes: Any) -> UUID:
    series_id = uuid4()
    facts = {
        "series_id": series_id,
        "elder_id": uuid4(),
        "submitted_by": uuid4(),
        "category": "assistance",
        "item_code": "shopping",
        "weekday": 5,
        "time_of_day": time(9),
        "window_minutes": 60,
        "minutes": 60,
        "first_on": DAY,
        "last_on": DAY,
        "made_until": DAY,
        "street": STREET,
        "district": DISTRICT,
        "latitude": 39.9,
        "longitude": 116.4,
        "state": "active",
        "refusals": 0,
        "version": 1,
        "created_at": NOW,
    }
    session.add(SeriesRow(**facts | changes))
    session.flush()
    return series_id


def activity(session: Session) -> UUID:
    row: RequestRow = request(session, is_activity=True)
    places = {"smallest_places": 2, "largest_places": 4, "held_minutes": 60, "is_funded": True}
    kept.add_activity(session, request_id=row.request_id, **places)
    return row.request_id


def seat(session: Session, request_id: UUID, **changes: Any) -> SeatRow:
    facts = {
        "seat_id": uuid4(),
        "request_id": request_id,
        "elder_id": uuid4(),
        "submitted_by": uuid4(),
        "place": 1,
        "state": "held",
        "is_absent": False,
        "held_minutes": 60,
        "created_at": NOW,
    }
    return kept.add_seat(session, **facts | changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"version": 0}, "items_version"),
        ({"smallest_minutes": 61, "largest_minutes": 60}, "items_minutes"),
        ({"largest_minutes": 0}, "items_minutes"),
        ({"smallest_group": 3, "largest_group": 2}, "items_group"),
        ({"certificate_needed": True}, "items_certificate"),
        ({"item_code": "haircut"}, "items_pkey"),
    ],
)
def test_no_item_that_contradicts_itself(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    with refused(session, constraint):
        item(session, **changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"item_code": "unheard-of"}, "requests_item"),
        ({"item_version": 99}, "requests_item"),
        ({"certificate_needed": True}, "requests_certificate"),
        ({"version": 0}, "requests_version"),
        ({"occurs_on": DAY}, "requests_occurrence"),
    ],
)
def test_no_request_for_what_does_not_exist(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    with refused(session, constraint):
        request(session, **changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "series_state"),
        ({"state": "paused"}, "series_pause"),
        ({"pause_reason": "x"}, "series_pause"),
        ({"weekday": 8}, "series_weekday"),
        ({"minutes": 61}, "series_minutes"),
        ({"refusals": -1}, "series_refusals"),
    ],
)
def test_no_series_that_contradicts_itself(
    session: Session, changes: dict[str, Any], constraint: str
) -> None:
    with refused(session, constraint):
        series(session, **changes)


def test_one_request_for_each_day_of_a_series_and_one_instead_of_another(session: Session) -> None:
    of_day = {"series_id": series(session), "occurs_on": DAY}
    first = request(session, **of_day)
    with refused(session, "requests_one_an_occurrence"):
        request(session, **of_day, state="cancelled")
    request(session, replaces_id=first.request_id)
    with refused(session, "requests_replaces_id_key"):
        request(session, replaces_id=first.request_id)


def test_one_elder_a_place_and_one_place_an_elder(session: Session) -> None:
    request_id = activity(session)
    taken = seat(session, request_id)
    with refused(session, "seats_one_a_place"):
        seat(session, request_id)
    with refused(session, "seats_one_an_elder"):
        seat(session, request_id, place=2, elder_id=taken.elder_id)
    seat(session, request_id, state="cancelled")
    for changes, constraint in (
        ({"state": "lost"}, "seats_state"),
        ({"place": 0}, "seats_place"),
        ({"paid_minutes": 61}, "seats_paid"),
        ({"state": "attended"}, "seats_visit"),
    ):
        with refused(session, constraint):
            seat(session, request_id, **{"place": 3} | changes)


def test_the_public_position_is_the_databases_own(session: Session) -> None:
    row = request(session, latitude=39.908749, longitude=116.460512)
    session.refresh(row)
    assert (row.public_latitude, row.public_longitude) == (39.909, 116.461)
