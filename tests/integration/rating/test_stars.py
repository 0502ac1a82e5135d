"""S10: stars for hours of service, once, whatever comes late, again, or becomes of the coins."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kernel.caller import Caller
from services.kernel.contract import Unauthenticated
from services.rating.contract import StarReached
from tests.integration.rating.conftest import SOON, STREET, Rating, Visit
from tests.integration.rating.test_edits import ask, recount


DAY = 24 * 60


def show(rating: Rating, volunteer: Caller) -> dict[str, Any]:
    payload = {"person_id": str(volunteer.person_id)}
    shown: dict[str, Any] = rating.call("show_stars", payload, Caller(uuid4()), key=None, now=SOON)
    return shown


def serve(rating: Rating, volunteer: Caller, minutes: int, **changes: Any) -> Visit:
    visit = Visit(uuid4(), Caller(uuid4()), volunteer)
    rating.tell_visit(visit, minutes=minutes, **changes)
    return visit


def test_s10_the_star_comes_with_the_hundredth_hour_and_stays(rating: Rating) -> None:
    volunteer = Caller(uuid4())
    visits = [serve(rating, volunteer, DAY) for _ in range(4)]
    almost = serve(rating, volunteer, 239)
    before = rating.eventually(lambda: is_at(rating, volunteer, 5999))
    assert (before["stars"], before["next_star"], before["minutes_left"]) == (0, 1, 1)
    assert before["zh"] == "再服务0小时1分钟，即可成为一星级志愿者"
    assert [step["code"] for step in before["steps"]] == [
        "served",
        "hours_missing",
        "reputation",
        "reputation_enough",
    ]
    assert before["steps"][1]["zh"] == "1星级需要100小时，即6000分钟：还差1分钟"
    # Told again, also with other minutes: nothing. An activity as a whole: its minutes count.
    for visit in (*visits, almost):
        rating.tell_visit(visit, minutes=DAY)
    serve(rating, volunteer, 1, programme_id=uuid4())
    reached = rating.eventually(lambda: is_at(rating, volunteer, 6000))
    assert (reached["stars"], reached["next_star"]) == (1, 2)
    assert reached["reached"][0]["zh"] == "一星级志愿者"
    steps = {step["code"]: step["values"] for step in reached["reached"][0]["steps"]}
    assert steps["hours_enough"] == {"star": 1, "needed_hours": 100, "needed_minutes": 6000}
    assert (steps["reputation"]["ratings"], steps["reputation"]["reputation"]) == (0, "4.00")
    [told] = rating.recorded(StarReached)
    assert {name: told[name] for name in ("district", "star", "hours", "minutes", "ratings")} == {
        "district": STREET[:6],
        "star": 1,
        "hours": 100,
        "minutes": 6000,
        "ratings": 0,
    }
    assert recount(rating, volunteer)["equal"]
    # A bad reputation afterwards takes no star away, nor can the service itself.
    for visit in visits:
        rating.rate(visit, stars=1)
    assert show(rating, volunteer)["stars"] == 1
    for table in ("stars", "served_visits"):
        with pytest.raises(DBAPIError, match="permission denied"), rating.session() as session:
            session.execute(text(f"delete from {table}"))


def is_at(rating: Rating, volunteer: Caller, minutes: int) -> dict[str, Any] | None:
    shown = show(rating, volunteer)
    return shown if shown["minutes"] == minutes else None


def test_a_star_waits_for_the_reputation_and_comes_with_an_edit(rating: Rating) -> None:
    volunteer = Caller(uuid4())
    visits = [rating.visit(volunteer, minutes=0) for _ in range(6)]
    for visit in visits:
        rating.rate(visit, stars=1)
    for _ in range(5):
        serve(rating, volunteer, 20 * 60)
    waiting = rating.eventually(lambda: is_at(rating, volunteer, 6000))
    assert (waiting["stars"], waiting["minutes_left"], waiting["reputation_needed"]) == (
        0,
        0,
        "3.00",
    )
    for visit in visits:
        ask(rating, "edit_rating", visit, visit.elder, stars=4)
    assert show(rating, volunteer)["stars"] == 1
    assert len(rating.recorded(StarReached)) == 1
    with pytest.raises(Unauthenticated):
        rating.call("show_stars", {"person_id": str(uuid4())}, Caller(), key=None)
