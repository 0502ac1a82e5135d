"""S8: the elder rates on the platform, or the street's agency for them; nobody else does."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest, Unauthenticated
from services.rating import domain
from services.rating.contract import Channel, NotTheElder, RatingWindowClosed


STREET, NEXT_STREET, OTHER_DISTRICT = "110105001", "110105002", "110106"
ENDED = datetime(2026, 6, 1, 2, tzinfo=UTC)
VISIT = domain.Visit(uuid4(), uuid4(), uuid4(), STREET, ENDED)
BY_OTHERS = [channel for channel in Channel if channel is not Channel.PLATFORM]


def person(role: Role | None = None, area: str = "", person_id=None) -> Caller:
    return Caller(person_id or uuid4(), (RoleIn(role, area),) if role else ())


CLERK = person(Role.AGENCY_CLERK, STREET)
ELDER = person(person_id=VISIT.elder_id)


def test_the_elder_rates_on_the_platform() -> None:
    assert domain.may_rate(ELDER, VISIT, Channel.PLATFORM) == VISIT.elder_id


@pytest.mark.parametrize("channel", BY_OTHERS)
def test_an_elder_in_person_cannot_claim_to_have_telephoned(channel: Channel) -> None:
    with pytest.raises(InvalidRequest) as refused:
        domain.may_rate(ELDER, VISIT, channel)
    assert "channel" in refused.value.fields


@pytest.mark.parametrize("channel", BY_OTHERS)
def test_s15_a_clerk_of_the_street_brings_the_elders_word_and_is_named(channel: Channel) -> None:
    assert domain.may_rate(CLERK, VISIT, channel) == CLERK.person_id


@pytest.mark.parametrize("area", [STREET, "110105", CITY_AREA])
def test_a_clerk_whose_area_contains_the_street_may_rate(area: str) -> None:
    clerk = person(Role.AGENCY_CLERK, area)
    assert domain.may_rate(clerk, VISIT, Channel.PHONE_CALL) == clerk.person_id


def test_a_clerk_must_say_how_the_elders_word_arrived() -> None:
    with pytest.raises(InvalidRequest) as refused:
        domain.may_rate(CLERK, VISIT, Channel.PLATFORM)
    assert "channel" in refused.value.fields


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize(
    "caller",
    [
        person(),
        person(person_id=VISIT.volunteer_id),
        person(Role.AGENCY_CLERK, NEXT_STREET),
        person(Role.AGENCY_CLERK, OTHER_DISTRICT),
        person(Role.AGENCY_CLERK, STREET, VISIT.volunteer_id),
        person(Role.DISTRICT_OFFICER, "110105"),
        person(Role.CITY_OFFICER, CITY_AREA),
        person(Role.OPERATOR, CITY_AREA),
    ],
    ids=[
        "a stranger",
        "the volunteer",
        "the next street's clerk",
        "another district's clerk",
        "the clerk who was the volunteer",
        "a district officer",
        "a city officer",
        "an operator",
    ],
)
def test_nobody_else_rates_a_visit(caller: Caller, channel: Channel) -> None:
    with pytest.raises(NotTheElder):
        domain.may_rate(caller, VISIT, channel)


def test_a_clerk_who_is_the_elder_of_the_visit_rates_as_the_elder() -> None:
    elder = person(Role.AGENCY_CLERK, STREET, VISIT.elder_id)
    assert domain.may_rate(elder, VISIT, Channel.PLATFORM) == VISIT.elder_id
    with pytest.raises(InvalidRequest):
        domain.may_rate(elder, VISIT, Channel.PAPER_FORM)


def test_nobody_signed_in_neither_rates_nor_sees() -> None:
    with pytest.raises(Unauthenticated):
        domain.may_rate(Caller(), VISIT, Channel.PLATFORM)
    with pytest.raises(Unauthenticated):
        domain.may_see_rating(Caller(), VISIT)


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (ELDER, True),
        (person(person_id=VISIT.volunteer_id), True),
        (CLERK, True),
        (person(Role.DISTRICT_OFFICER, "110105"), True),
        (person(Role.CITY_OFFICER, CITY_AREA), True),
        (person(), False),
        (person(Role.AGENCY_CLERK, NEXT_STREET), False),
        (person(Role.DISTRICT_OFFICER, OTHER_DISTRICT), False),
        (person(Role.OPERATOR, CITY_AREA), False),
    ],
    ids=[
        "elder",
        "volunteer",
        "clerk",
        "district officer",
        "city officer",
        "stranger",
        "the next street's clerk",
        "another district's officer",
        "operator",
    ],
)
def test_a_rating_is_seen_by_those_it_concerns_and_their_street(caller: Caller, sees: bool) -> None:
    if sees:
        domain.may_see_rating(caller, VISIT)
    else:
        with pytest.raises(Forbidden):
            domain.may_see_rating(caller, VISIT)


def test_the_window_is_open_up_to_its_last_instant_and_closed_after_it() -> None:
    policy = domain.RatingPolicy(1, answer_days=15, window_days=15)
    last = ENDED + timedelta(days=15)
    domain.require_open(VISIT, ENDED, policy)
    domain.require_open(VISIT, last, policy)
    with pytest.raises(RatingWindowClosed):
        domain.require_open(VISIT, last + timedelta(microseconds=1), policy)


@given(st.integers(0, 3650), st.timedeltas(timedelta(0), timedelta(days=7300)))
def test_the_window_is_open_exactly_while_no_more_than_its_days_have_passed(
    window_days: int, passed: timedelta
) -> None:
    policy = domain.RatingPolicy(1, window_days, answer_days=15)
    if passed <= timedelta(days=window_days):
        domain.require_open(VISIT, ENDED + passed, policy)
    else:
        with pytest.raises(RatingWindowClosed):
            domain.require_open(VISIT, ENDED + passed, policy)


def test_the_window_is_the_policys_and_nothing_in_the_code() -> None:
    policy = domain.RatingPolicy.from_values(1, {"rating": {"window_days": 2, "answer_days": 3}})
    assert policy == domain.RatingPolicy(1, window_days=2, answer_days=3)
    with pytest.raises(RatingWindowClosed):
        domain.require_open(VISIT, ENDED + timedelta(days=2, seconds=1), policy)


@pytest.mark.parametrize("words", ["", "很好，谢谢", "两行\n也可以", "🙂"])
def test_an_elder_may_say_anything_that_can_be_written(words: str) -> None:
    domain.require_storable(words)


@pytest.mark.parametrize("words", ["a\0b", "\0", "a\ud800", "\udfff"])
def test_words_that_cannot_be_stored_are_refused_by_name(words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        domain.require_storable(words)
    assert "words" in refused.value.fields
