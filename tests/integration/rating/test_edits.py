"""S8: a rating can be said anew, answered once, and what is private stays so."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import (
    CITY_AREA,
    Error,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
)
from services.rating.contract import (
    AlreadyAnswered,
    ConditionsAlreadyRated,
    NotRatedYet,
    NotTheElder,
    RatingAnswered,
    RatingEdited,
    RatingWindowClosed,
    ReputationChanged,
)
from tests.integration.rating.conftest import CLERK, ENDED, SOON, STREET, Rating, Visit


OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, STREET[:6]),))
OPERATOR = Caller(uuid4(), (RoleIn(Role.OPERATOR, CITY_AREA),))
LATE = ENDED + timedelta(days=15, seconds=1)


def ask(rating: Rating, operation: str, visit: Visit, caller: Caller, **more: Any) -> Any:
    now = more.pop("now", SOON)
    return rating.call(operation, {"visit_id": str(visit.visit_id), **more}, caller, now=now)


def recount(rating: Rating, volunteer: Caller) -> dict[str, Any]:
    of = {"person_id": str(volunteer.person_id)}
    counted: dict[str, Any] = rating.call("recount_reputation", of, OPERATOR, key=None, now=SOON)
    return counted


def test_an_edit_counts_once_and_keeps_what_was_said_before(rating: Rating) -> None:
    visit = rating.visit()
    with pytest.raises(NotRatedYet):
        ask(rating, "edit_rating", visit, visit.elder, stars=2)
    rating.rate(visit, stars=5, words="很好", punctual=5, again=True)
    for caller, changes, refusal in (
        (visit.volunteer, {}, NotTheElder),
        (Caller(uuid4()), {}, NotTheElder),
        (Caller(), {}, Unauthenticated),
        (visit.elder, {"now": LATE}, RatingWindowClosed),
    ):
        with pytest.raises(refusal):
            ask(rating, "edit_rating", visit, caller, stars=1, **changes)
    ask(rating, "edit_rating", visit, visit.elder, stars=2, again=False, wants_to_complain=True)
    by_clerk = {"stars": 3, "channel": "phone_call", "words": "没那么糟"}
    edited = ask(rating, "edit_rating", visit, CLERK, **by_clerk)
    assert (edited["stars"], edited["version"], edited["state"]) == (3, 3, "rated")
    assert [each["stars"] for each in edited["former"]] == [5, 2]
    assert edited["former"][0]["words"] == "很好"
    assert [each["again"] for each in edited["former"]] == [True, False]
    assert edited["rated_by"] == str(CLERK.person_id)

    told = rating.recorded(RatingEdited)
    assert [(event["version"], event["former_stars"], event["stars"]) for event in told] == [
        (2, 5, 2),
        (3, 2, 3),
    ]
    changed = rating.recorded(ReputationChanged)
    assert [(event["ratings"], event["stars_sum"]) for event in changed] == [(1, 5), (1, 2), (1, 3)]
    assert rating.reputation(visit.volunteer)["by_category"][0]["stars_sum"] == 3
    assert recount(rating, visit.volunteer)["equal"]
    seen = ask(rating, "show_rating", visit, visit.volunteer)
    assert [each["wants_to_complain"] for each in (seen, *seen["former"])] == [None] * 3
    assert ask(rating, "show_rating", visit, OFFICER)["former"][1]["wants_to_complain"] is True


def test_of_edits_and_ratings_at_the_same_time_none_is_lost(rating: Rating) -> None:
    volunteer = Caller(uuid4())
    edited, *others = [rating.visit(volunteer) for _ in range(4)]
    rating.rate(edited, stars=5)
    stars = (1, 2, 3, 4)
    threads = [
        eventlet.spawn(ask, rating, "edit_rating", edited, edited.elder, stars=each)
        for each in stars
    ]
    threads += [eventlet.spawn(rating.rate, other, stars=4) for other in others]
    assert all(thread.wait() for thread in threads)
    shown = ask(rating, "show_rating", edited, edited.elder)
    assert shown["version"] == 5
    assert sorted(each["stars"] for each in (*shown["former"][1:], shown)) == list(stars)
    assert rating.reputation(volunteer)["stars_sum"] == 12 + shown["stars"]
    assert recount(rating, volunteer)["equal"]


def test_a_recount_is_for_operators_and_says_when_something_does_not_add_up(
    rating: Rating,
) -> None:
    visit = rating.visit()
    rating.rate(visit)
    of = {"person_id": str(visit.volunteer.person_id)}
    for caller, refusal in ((visit.volunteer, Forbidden), (Caller(), Unauthenticated)):
        with pytest.raises(refusal):
            rating.call("recount_reputation", of, caller, key=None)
    assert recount(rating, visit.volunteer)["equal"]
    with rating.session() as session:
        session.execute(text("update reputation set stars_sum = 1"))
        session.commit()
    found = recount(rating, visit.volunteer)
    assert (found["equal"], found["stars_sum"], found["counted_stars_sum"]) == (False, 1, 5)


def test_the_volunteer_answers_once_also_when_asked_twice_at_once(rating: Rating) -> None:
    visit = rating.visit()
    with pytest.raises(NotRatedYet):
        ask(rating, "answer_rating", visit, visit.volunteer, words="?")
    rating.rate(visit, stars=2)
    for other in (visit.elder, CLERK, Caller(uuid4())):
        with pytest.raises(Forbidden):
            ask(rating, "answer_rating", visit, other, words="not me")

    def attempt(words: str) -> Any:
        try:
            return ask(rating, "answer_rating", visit, visit.volunteer, words=words)
        except Error as error:
            return error

    threads = [eventlet.spawn(attempt, words) for words in ("一", "二", "三")]
    outcomes = [thread.wait() for thread in threads]
    assert sorted(isinstance(each, AlreadyAnswered) for each in outcomes) == [False, True, True]
    shown = ask(rating, "edit_rating", visit, visit.elder, stars=4)
    assert (shown["state"], shown["answer"]["words"] in "一二三") == ("answered", True)
    [told] = rating.recorded(RatingAnswered)
    assert "words" not in told
    assert shown["answer"]["policy_version"] == told["policy_version"] == 1
    for statement in ("update replies set words = 'x'", "delete from replies"):
        with pytest.raises(DBAPIError, match="permission denied"), rating.session() as session:
            session.execute(text(statement))


def test_the_volunteer_may_answer_for_a_while_after_the_last_edit_and_not_for_ever(
    rating: Rating,
) -> None:
    standing, final = rating.visit(), rating.visit()
    for visit in (standing, final):
        rating.rate(visit)
    assert ask(rating, "answer_rating", standing, standing.volunteer, words="谢谢", now=LATE)[
        "state"
    ] == ("settled")
    with pytest.raises(RatingWindowClosed):
        too_late = LATE + timedelta(days=15)
        ask(rating, "answer_rating", final, final.volunteer, words="谢谢", now=too_late)


def test_conditions_are_told_once_and_read_by_the_agency_and_officers_only(
    rating: Rating,
) -> None:
    visit, never = rating.visit(), rating.visit()
    for other in (visit.elder, CLERK, Caller(uuid4())):
        with pytest.raises(Forbidden):
            ask(rating, "rate_conditions", visit, other, safety=1)
    with pytest.raises(RatingWindowClosed):
        ask(rating, "rate_conditions", visit, visit.volunteer, safety=1, now=LATE)
    kept = ask(rating, "rate_conditions", visit, visit.volunteer, safety=2, words="灯不亮")
    assert set(kept) == {"visit_id", "rated_at"}
    with pytest.raises(ConditionsAlreadyRated):
        ask(rating, "rate_conditions", visit, visit.volunteer, safety=5)
    for reader in (CLERK, OFFICER):
        shown = ask(rating, "show_conditions", visit, reader)
        assert (shown["safety"], shown["words"]) == (2, "灯不亮")
        assert shown["policy_version"] == 1
    clerk_who_served = Caller(visit.volunteer.person_id, CLERK.roles)
    elsewhere = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, "110105002"),))
    for other in (visit.elder, visit.volunteer, clerk_who_served, elsewhere, OPERATOR):
        with pytest.raises(Forbidden):
            ask(rating, "show_conditions", visit, other)
    with pytest.raises(NotFound):
        ask(rating, "show_conditions", never, CLERK)


def test_wishes_to_complain_are_listed_newest_first_until_they_are_taken_back(
    rating: Rating,
) -> None:
    visits = [rating.visit() for _ in range(3)]
    for number, visit in enumerate(visits):
        now = SOON + timedelta(minutes=number)
        rating.rate(visit, stars=1, words="没来", wants_to_complain=True, now=now)
    rating.rate(rating.visit(street="110105002"), stars=1, wants_to_complain=True)
    rating.rate(rating.visit())
    ask(rating, "edit_rating", visits[1], visits[1].elder, stars=4)

    def page(**more: Any) -> Any:
        return rating.call("list_complaints", {"area": STREET, **more}, CLERK, key=None)

    first = page(limit=1)
    second = page(limit=1, cursor=first["next_cursor"])
    listed = [item["visit_id"] for item in (*first["items"], *second["items"])]
    assert listed == [str(visits[2].visit_id), str(visits[0].visit_id)]
    assert second["next_cursor"] is None
    in_district = {"area": STREET[:6]}
    assert len(rating.call("list_complaints", in_district, OFFICER, key=None)["items"]) == 3
    for bad in ("x", first["next_cursor"][:-4]):
        with pytest.raises(InvalidRequest):
            page(cursor=bad)
