"""What volunteers say of themselves, and what a clerk confirms of it."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.matching import contract
from tests.integration.conftest import Running
from tests.integration.matching.conftest import NOW, PLACE, Town


PROFILE = {
    "skills": ["wheelchair"],
    "languages": ["mandarin", "cantonese"],
    "free_times": [
        {"weekday": 3, "begins": "09:00", "ends": "12:00"},
        {"weekday": 3, "begins": "12:00", "ends": "18:00"},
    ],
    "days_off": ["2026-12-30"],
    "most_minutes_a_day": 240,
    "radius_metres": 3000,
    "dispatchable": True,
}


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def set_profile(town: Town, who: Any, by: Any = None, **changes: Any) -> Any:
    payload = {"person_id": str(who.person_id)} | PROFILE | changes
    return town.matching.call("set_profile", payload, by or who, now=NOW)


def certify(town: Town, who: Any, by: Any, skill: str = "nursing", **changes: Any) -> Any:
    payload = {"person_id": str(who.person_id), "skill": skill, "evidence": "护士执业证书 123"}
    return town.matching.call("certify_skill", payload | changes, by, now=NOW)


def test_a_profile_says_what_one_can_when_and_how_far_one_comes(town: Town) -> None:
    who = town.volunteer
    shown = set_profile(town, who)
    assert shown["free_times"] == [{"weekday": 3, "begins": "09:00", "ends": "18:00"}]
    assert (shown["languages"], shown["days_off"]) == (["cantonese", "mandarin"], ["2026-12-30"])
    assert (shown["base"], shown["has_profile"], shown["dispatchable"]) == (None, True, True)
    at_work = PLACE | {"latitude": 39.95}
    shown = set_profile(town, who, by=town.clerk, base=at_work, dispatchable=False)
    assert (shown["base"], shown["dispatchable"]) == (at_work, False)
    ask = {"person_id": str(who.person_id)}
    assert town.matching.call("show_profile", ask, who, now=NOW) == shown
    # Where somebody sets out from concerns nobody else.
    assert town.matching.call("show_profile", ask, town.officer, now=NOW)["base"] is None
    with pytest.raises(contract.NoProfile):
        other = {"person_id": str(town.other.person_id)}
        town.matching.call("show_profile", other, town.other, now=NOW)
    for stranger in (town.other, town.clerk_elsewhere):
        for call in (
            lambda who: set_profile(town, town.volunteer, by=who),
            lambda who: town.matching.call("show_profile", ask, who, now=NOW),
        ):
            with pytest.raises(Forbidden):
                call(stranger)
    with pytest.raises(contract.NotAVolunteer):
        set_profile(town, town.unwilling)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("skills", ["juggling"]),
        ("languages", ["klingon"]),
        ("free_times", [{"weekday": 1, "begins": "12:00", "ends": "12:00"}]),
        ("free_times", [{"weekday": 8, "begins": "09:00", "ends": "12:00"}]),
        ("free_times", [{"weekday": 1, "begins": "9", "ends": "12:00"}]),
        ("radius_metres", 0),
        ("most_minutes_a_day", 0),
        ("base", {"latitude": 91, "longitude": 0}),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_field(town: Town, field: str, value: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        set_profile(town, town.volunteer, **{field: value})
    assert field in refused.value.fields


def test_a_clerk_certifies_what_they_have_seen_and_takes_it_back_with_a_reason(
    town: Town,
) -> None:
    who = town.volunteer
    shown = certify(town, who, town.clerk, valid_until="2026-12-31")
    assert [each["skill"] for each in shown["certificates"]] == ["nursing"]
    assert shown["has_profile"] is False
    with pytest.raises(contract.AlreadyCertified):
        certify(town, who, town.clerk)
    for stranger in (who, town.other, town.clerk_elsewhere):
        with pytest.raises(Forbidden):
            certify(town, who, stranger)
    own = type(town.clerk)(who.person_id, town.clerk.roles)
    with pytest.raises(Forbidden):
        certify(town, who, own)
    with pytest.raises(InvalidRequest):
        certify(town, who, town.clerk, skill="juggling")
    with pytest.raises(InvalidRequest):
        certify(town, who, town.clerk, skill="first_aid", valid_until="2026-11-24")
    ask = {"person_id": str(who.person_id)}
    later = NOW + timedelta(days=60)
    with pytest.raises(contract.NoProfile):
        town.matching.call("show_profile", ask, who, now=later)
    taken_back = ask | {"skill": "nursing", "reason": "证书已注销"}
    with pytest.raises(Forbidden):
        town.matching.call("withdraw_certificate", taken_back, who, now=NOW)
    left = town.matching.call("withdraw_certificate", taken_back, town.clerk, now=NOW)
    assert left["certificates"] == []
    with pytest.raises(NotFound):
        town.matching.call("withdraw_certificate", taken_back, town.clerk, now=NOW)
    assert certify(town, who, town.clerk)["certificates"]
    with pytest.raises(Unauthenticated):
        town.matching.call("show_profile", ask, None, now=NOW)


def test_whoever_sets_out_from_home_sets_out_from_the_new_one_after_moving(town: Town) -> None:
    from services.matching.storage.profiles import find_profile

    set_profile(town, town.volunteer)
    town.matching.sequence += 100
    town.verify(town.volunteer, date(1990, 3, 1), home={"latitude": 39.7, "longitude": 116.3})

    def base() -> Any:
        with town.matching.session() as session:
            row = find_profile(session, town.volunteer.person_id)
            return row and row.latitude == 39.7

    town.matching.eventually(base)
