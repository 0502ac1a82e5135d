"""S8 on the real broker and database: a visit is rated once, and the reputation follows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from services.identity.contract import PolicyAdopted, Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import (
    CITY_AREA,
    Error,
    Forbidden,
    InvalidRequest,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from services.kernel.tables import inbox, policy_versions
from services.rating.contract import (
    AlreadyRated,
    Channel,
    NotTheElder,
    RatingAnswer,
    RatingGiven,
    RatingWindowClosed,
    ReputationAnswer,
    ReputationChanged,
)
from services.rating.storage import RatingRow, ReputationRow, VisitRow
from tests.integration.conftest import Running
from tests.integration.rating.conftest import CLERK, ENDED, SOON, STREET, Rating, Visit


WINDOW = timedelta(days=15)


def show(rating: Rating, visit: Visit, caller: Caller | None) -> dict[str, Any]:
    return rating.call("show_rating", {"visit_id": str(visit.visit_id)}, caller, key=None, now=SOON)


def test_s8_the_elder_rates_the_visit_and_the_volunteer_gains_a_reputation(rating: Rating) -> None:
    visit = rating.visit()
    answer = rating.rate(visit, stars=4, words="准时，很耐心")
    assert answer == show(rating, visit, visit.elder)
    assert RatingAnswer().validate(answer) == {}
    assert answer["rated_by"] == str(visit.elder.person_id)
    assert (answer["stars"], answer["words"], answer["channel"]) == (4, "准时，很耐心", "platform")
    assert datetime.fromisoformat(answer["rated_at"]) == SOON
    reputation = rating.reputation(visit.volunteer)
    assert ReputationAnswer().validate(reputation) == {}
    sums = {"ratings": 1, "stars_sum": 4, "average": "4.0", "shrunken": "4.00"}
    assert reputation == {
        "person_id": str(visit.volunteer.person_id),
        "policy_version": 1,
        **sums,
        "by_category": [{"code": "accompanying", **sums}],
        "by_district": [{"code": STREET[:6], **sums}],
    }


def test_s8_s15_the_agencys_clerk_records_what_the_elder_said_and_is_named(rating: Rating) -> None:
    visit = rating.visit()
    rating.rate(visit, CLERK, stars=3, channel=Channel.PHONE_CALL.value)
    kept = show(rating, visit, visit.volunteer)
    assert (kept["rated_by"], kept["channel"]) == (str(CLERK.person_id), "phone_call")
    [given] = rating.recorded(RatingGiven)
    assert given["rated_by"] == str(CLERK.person_id)
    assert given["elder_id"] == str(visit.elder.person_id)


def test_a_rating_is_told_with_complete_facts_together_with_the_new_reputation(
    rating: Rating,
) -> None:
    visit = rating.visit()
    answer = rating.rate(visit, stars=2)
    assert rating.recorded(RatingGiven) == [
        {
            "district": STREET[:6],
            "rating_id": answer["rating_id"],
            "visit_id": str(visit.visit_id),
            "elder_id": str(visit.elder.person_id),
            "volunteer_id": str(visit.volunteer.person_id),
            "stars": 2,
            "channel": "platform",
            "rated_by": str(visit.elder.person_id),
            "punctual": None,
            "attitude": None,
            "skill": None,
            "safety": None,
            "again": None,
            "wants_to_complain": False,
            "policy_version": 1,
        }
    ]
    assert rating.recorded(ReputationChanged) == [
        {
            "district": STREET[:6],
            "volunteer_id": str(visit.volunteer.person_id),
            "ratings": 1,
            "stars_sum": 2,
        }
    ]


def refusal(rating: Rating, visit: Visit, caller: Caller | None = None, **more: Any) -> Error:
    """The refusal, after which nothing has changed and nothing was told."""
    with pytest.raises(Error) as refused:
        rating.rate(visit, caller, **more)
    with rating.session() as session:
        assert session.scalar(select(func.count()).select_from(RatingRow)) == 0
        assert session.scalar(select(func.count()).select_from(ReputationRow)) == 0
    assert rating.recorded(RatingGiven) == rating.recorded(ReputationChanged) == []
    return refused.value


def test_who_has_no_say_in_a_visit_is_refused_and_nothing_changes(rating: Rating) -> None:
    visit = rating.visit()
    clerk_who_served = Caller(visit.volunteer.person_id, CLERK.roles)
    other_clerk = Caller(uuid4(), (RoleIn(Role.AGENCY_CLERK, "110105002"),))
    assert isinstance(refusal(rating, visit, Caller(uuid4())), NotTheElder)
    assert isinstance(refusal(rating, visit, visit.volunteer), NotTheElder)
    assert isinstance(refusal(rating, visit, other_clerk, channel="phone_call"), NotTheElder)
    assert isinstance(refusal(rating, visit, clerk_who_served, channel="phone_call"), NotTheElder)
    assert isinstance(refusal(rating, visit, Caller()), Unauthenticated)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"stars": 0}, "stars"),
        ({"stars": 6}, "stars"),
        ({"stars": -1}, "stars"),
        ({"stars": 4.5}, "stars"),
        ({"stars": 4.0}, "stars"),
        ({"stars": "5"}, "stars"),
        ({"stars": True}, "stars"),
        ({"stars": 10**30}, "stars"),
        ({"stars": None}, "stars"),
        ({"words": "x" * 1001}, "words"),
        ({"words": "\0"}, "words"),
        ({"words": "\ud800"}, "words"),
        ({"channel": "carrier_pigeon"}, "channel"),
        ({"channel": "phone_call"}, "channel"),
        ({"rated_by": str(uuid4())}, "rated_by"),
        ({"visit_id": "not-an-id"}, "visit_id"),
    ],
)
def test_bad_input_is_refused_with_the_field_that_is_wrong(
    rating: Rating, bad: dict[str, Any], field: str
) -> None:
    refused = refusal(rating, rating.visit(), **bad)
    assert isinstance(refused, InvalidRequest)
    assert list(refused.fields) == [field]


def test_a_clerk_does_not_pass_as_the_elder_on_the_platform(rating: Rating) -> None:
    refused = refusal(rating, rating.visit(), CLERK)
    assert isinstance(refused, InvalidRequest)
    assert list(refused.fields) == ["channel"]


def test_a_visit_that_nobody_told_of_is_not_found(rating: Rating) -> None:
    unknown = Visit(uuid4(), Caller(uuid4()), Caller(uuid4()))
    assert isinstance(refusal(rating, unknown), NotFound)
    assert isinstance(refusal(rating, unknown, Caller()), Unauthenticated)
    with pytest.raises(NotFound):
        show(rating, unknown, unknown.elder)


def test_a_visit_is_rated_once_whoever_tries_again(rating: Rating) -> None:
    visit = rating.visit()
    rating.rate(visit, stars=5)
    with pytest.raises(AlreadyRated):
        rating.rate(visit, stars=1)
    with pytest.raises(AlreadyRated):
        rating.rate(visit, CLERK, stars=1, channel="paper_form")
    with pytest.raises(AlreadyRated):
        rating.rate(visit, stars=1, now=ENDED + 2 * WINDOW)
    assert show(rating, visit, visit.elder)["stars"] == 5
    assert rating.reputation(visit.volunteer)["stars_sum"] == 5


def test_the_same_request_with_the_same_key_gets_the_first_answer(rating: Rating) -> None:
    visit = rating.visit()
    key = str(uuid4())
    assert rating.rate(visit, key=key) == rating.rate(visit, key=key)
    assert len(rating.recorded(RatingGiven)) == 1


def test_rating_is_open_for_the_policys_days_after_the_end(rating: Rating) -> None:
    late, last = rating.visit(), rating.visit()
    too_late = ENDED + WINDOW + timedelta(microseconds=1)
    assert isinstance(refusal(rating, late, now=too_late), RatingWindowClosed)
    rating.rate(last, now=ENDED + WINDOW)


def test_before_any_policy_is_known_rating_waits_and_does_not_guess(
    running: Any, policy_values: dict[str, Any]
) -> None:
    rating = Rating(running("rating", policy=False))
    visit = rating.visit()
    assert isinstance(refusal(rating, visit, key="the-same-key"), Unavailable)
    values = policy_values | {"rating": policy_values["rating"] | {"window_days": 1}}
    begin = datetime(2022, 6, 1, tzinfo=UTC)
    rating.publish(
        PolicyAdopted, district=CITY_AREA, version=7, effective_from=begin, values=values
    )
    rating.eventually(lambda: knows_policy(rating.running, 7))
    day_after = ENDED + timedelta(days=1, seconds=1)
    assert isinstance(refusal(rating, visit, now=day_after), RatingWindowClosed)
    rating.rate(visit, key="the-same-key")


def knows_policy(running: Running, version: int) -> bool:
    with running.session() as session:
        return version in session.scalars(select(policy_versions.c.version)).all()


def test_a_rating_is_shown_to_those_it_concerns_and_to_nobody_else(rating: Rating) -> None:
    visit = rating.visit()
    with pytest.raises(NotFound):
        show(rating, visit, visit.elder)
    rating.rate(visit)
    officer = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, STREET[:6]),))
    city = Caller(uuid4(), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
    for caller in (visit.elder, visit.volunteer, CLERK, officer, city):
        assert show(rating, visit, caller)["stars"] == 5
    with pytest.raises(Forbidden):
        show(rating, visit, Caller(uuid4()))
    with pytest.raises(Unauthenticated):
        show(rating, visit, Caller())


def test_a_reputation_is_for_everybody_who_is_signed_in(rating: Rating) -> None:
    nobody_yet = rating.reputation(Caller(uuid4()))
    assert (nobody_yet["ratings"], nobody_yet["stars_sum"]) == (0, 0)
    assert nobody_yet["average"] is None
    with pytest.raises(Unauthenticated):
        rating.call("show_reputation", {"person_id": str(uuid4())}, Caller(), key=None)


def test_the_reputation_equals_what_the_ratings_add_up_to_counted_anew(rating: Rating) -> None:
    volunteers = [Caller(uuid4()) for _ in range(3)]
    for number, stars in enumerate([5, 4, 1, 3, 5, 2, 5, 4, 4, 1, 3]):
        rating.rate(rating.visit(volunteers[number % 3]), stars=stars)
    counted = select(
        RatingRow.volunteer_id,
        func.count(),
        func.sum(RatingRow.stars).cast(ReputationRow.ratings.type),
    ).group_by(RatingRow.volunteer_id)
    kept = select(ReputationRow.volunteer_id, ReputationRow.ratings, ReputationRow.stars_sum)
    with rating.session() as session:
        assert set(map(tuple, session.execute(kept))) == set(map(tuple, session.execute(counted)))
    told = rating.recorded(ReputationChanged)
    assert [event["ratings"] for event in told] == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]


def test_of_two_who_rate_the_same_visit_at_once_one_wins(rating: Rating) -> None:
    visit = rating.visit()
    outcomes = at_once([(rating, visit, stars) for stars in (1, 2, 3, 4, 5, 1)])
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1
    assert all(isinstance(outcome, dict | AlreadyRated) for outcome in outcomes)
    assert rating.reputation(visit.volunteer)["ratings"] == 1
    assert len(rating.recorded(RatingGiven)) == len(rating.recorded(ReputationChanged)) == 1


def test_ratings_of_one_volunteer_given_at_once_are_all_counted(rating: Rating) -> None:
    volunteer = Caller(uuid4())
    visits = [rating.visit(volunteer) for _ in range(8)]
    outcomes = at_once([(rating, visit, 5) for visit in visits])
    assert all(isinstance(outcome, dict) for outcome in outcomes), outcomes
    assert rating.reputation(volunteer)["stars_sum"] == 40
    told = [event["ratings"] for event in rating.recorded(ReputationChanged)]
    assert told == list(range(1, 9))


def at_once(ratings: list[tuple[Rating, Visit, int]]) -> list[Any]:
    def attempt(rating: Rating, visit: Visit, stars: int) -> Any:
        try:
            return rating.rate(visit, stars=stars)
        except Error as error:
            return error

    threads = [eventlet.spawn(attempt, *each) for each in ratings]
    return [thread.wait() for thread in threads]


def test_the_same_event_five_times_keeps_one_visit(rating: Rating) -> None:
    visit = Visit(uuid4(), Caller(uuid4()), Caller(uuid4()))
    event_id, before = uuid4(), duplicates()
    for _ in range(5):
        rating.tell_visit(visit, event_id=event_id)
    rating.eventually(lambda: duplicates() >= before + 4)
    rating.rate(visit)
    assert handled(rating, event_id) == 1
    with rating.session() as session:
        assert session.scalar(select(func.count()).select_from(VisitRow)) == 1


def duplicates() -> float:
    """How many events this process has got again and not handled again."""
    name, labels = "timebank_inbox_duplicates_total", {"service": "rating"}
    return REGISTRY.get_sample_value(name, labels) or 0


def handled(rating: Rating, event_id: UUID) -> int:
    """How often an event has had its effect."""
    rows = select(func.count()).select_from(inbox).where(inbox.c.event_id == event_id)
    with rating.session() as session:
        return session.scalar(rows) or 0


def test_a_visit_told_again_with_other_facts_stays_as_it_was(rating: Rating) -> None:
    visit, event_id = rating.visit(), uuid4()
    other = Visit(visit.visit_id, Caller(uuid4()), visit.volunteer)
    rating.tell_visit(other, event_id=event_id)
    rating.eventually(lambda: handled(rating, event_id))
    with pytest.raises(NotTheElder):
        rating.rate(other)
    rating.rate(visit)


def test_the_service_itself_cannot_change_or_delete_a_rating_that_was_given(
    rating: Rating,
) -> None:
    visit = rating.visit()
    rating.rate(visit, stars=1)
    for statement in ("update ratings set stars = 5", "delete from ratings"):
        with pytest.raises(DBAPIError, match="permission denied"), rating.session() as session:
            session.execute(text(statement))
    assert show(rating, visit, visit.elder)["stars"] == 1
