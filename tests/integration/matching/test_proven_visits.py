"""Both ends of a visit are proven: by the position, by a code, and by a guardian's own word."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import eventlet
import pytest
from sqlalchemy import select

from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound
from services.matching import contract
from services.matching.codes import phone_code
from services.matching.storage import CodeCardRow, VisitCodeRow
from tests.integration.conftest import Running
from tests.integration.matching.conftest import PLACE, STREET, Town
from tests.integration.matching.days import Day, reasons


NOWHERE = {"latitude": None, "longitude": None}
AWAY = {"latitude": 39.9287}


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(town: Town) -> Day:
    return Day(town)


def secret_of(day: Day, who: Any) -> str:
    """The secret as the person's authenticator has read it."""
    day.call("set_up_visit_code", who, person_id=who.person_id)
    shown = day.call("show_visit_code", who, person_id=who.person_id)
    return parse_qs(urlsplit(shown["otpauth_uri"]).query)["secret"][0]


def card_of(day: Day) -> list[str]:
    clerk = day.town.clerk
    day.call("issue_code_card", clerk, person_id=day.elder.person_id)
    card = day.call("print_code_card", clerk, person_id=day.elder.person_id)
    assert [line["number"] for line in card["codes"]] == list(range(1, 21))
    return [line["code"] for line in card["codes"]]


def test_s7_a_visit_shows_the_six_facts_and_how_each_end_was_proven(day: Day) -> None:
    booking_id = day.booked(category="accompanying")
    day.check("in", booking_id)
    visit_id = day.check("out", booking_id)["visit_id"]
    visit = day.show(visit_id)
    assert visit["category"] == "accompanying"
    assert (visit["elder_id"], visit["volunteer_id"]) == (
        str(day.elder.person_id),
        str(day.volunteer.person_id),
    )
    assert visit["date"] == (day.start + timedelta(hours=8)).date().isoformat()
    assert visit["place"] == PLACE | {"address": "建国门外大街1号", "street": STREET}
    ends = [datetime.fromisoformat(visit[name]) for name in ("started_at", "ended_at")]
    assert ends == [day.start, day.end]
    for name, at in (("start_proof", day.start), ("end_proof", day.end)):
        proof = visit[name]
        assert (proof["method"], proof["distance_metres"], proof["offline"]) == (
            "position",
            0,
            False,
        )
        assert datetime.fromisoformat(proof["at"]) == at
    assert visit["exception"] is None
    assert day.show(visit_id, day.town.officer)["place"]["address"] is None


def test_the_day_of_a_visit_is_the_citys(day: Day) -> None:
    """Half past four in the afternoon in London is half past midnight in Beijing."""
    start = day.now.replace(hour=16, minute=30)
    booking_id = day.booked(start=start)
    visit = day.check("in", booking_id, start)
    assert (
        visit["date"] == (start + timedelta(hours=8)).date().isoformat() != start.date().isoformat()
    )


def test_a_code_of_the_elders_phone_needs_no_position_and_works_once(day: Day) -> None:
    secret, booking_id = secret_of(day, day.elder), day.booked()
    code = phone_code(secret, day.start)
    started = day.check("in", booking_id, code=code, **NOWHERE)
    assert started["start_proof"]["method"] == "code"
    assert started["start_proof"]["distance_metres"] is None
    with pytest.raises(contract.WrongCode):
        day.check("out", booking_id, day.start + timedelta(seconds=20), code=code, **NOWHERE)
    code = phone_code(secret, day.end - timedelta(seconds=30))
    ended = day.check("out", booking_id, code=code, **AWAY)
    assert (ended["state"], ended["minutes"]) == ("completed", 95)
    assert (ended["end_proof"]["method"], ended["end_proof"]["distance_metres"]) == ("code", 2224)


def test_a_code_is_the_elders_own_and_of_this_minute(day: Day) -> None:
    secret, booking_id = secret_of(day, day.elder), day.booked()
    others = secret_of(day, day.volunteer)
    late, early = (phone_code(secret, day.start + timedelta(minutes=way)) for way in (-1, 1))
    for wrong in (phone_code(others, day.start), late, early, "12345678"):
        with pytest.raises(contract.WrongCode):
            day.check("in", booking_id, code=wrong, **NOWHERE)
    day.check("in", booking_id, code=phone_code(secret, day.start), **NOWHERE)


def test_guessing_a_code_ends_after_five_wrong_ones_and_the_position_still_serves(day: Day) -> None:
    secret, booking_id = secret_of(day, day.elder), day.booked()
    right = phone_code(secret, day.start)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(contract.WrongCode):
            day.check("in", booking_id, code=wrong, **NOWHERE)
    with pytest.raises(contract.TooManyCodes):
        day.check("in", booking_id, code=right, **NOWHERE)
    assert day.check("in", booking_id)["state"] == "underway"
    after = day.start + timedelta(minutes=16)
    assert day.check("out", booking_id, after, code=phone_code(secret, after), **NOWHERE)


def test_one_code_shown_to_two_volunteers_at_once_lets_one_in(day: Day) -> None:
    secret = secret_of(day, day.elder)
    other = day.newcomer(1991)
    bookings = {day.booked(): day.volunteer, day.booked(other): other}
    code = phone_code(secret, day.start)

    def come(booking_id: str) -> str:
        try:
            day.check("in", booking_id, by=bookings[booking_id], code=code, **NOWHERE)
        except Error as error:
            return error.code
        return "in"

    assert sorted(eventlet.GreenPool().imap(come, bookings)) == ["in", "wrong_code"]


def test_s15_a_card_serves_an_elder_without_a_phone_each_code_once(day: Day) -> None:
    codes, booking_id = card_of(day), day.booked()
    assert day.check("in", booking_id, code=codes[3], **NOWHERE)["start_proof"]["method"] == "card"
    with pytest.raises(contract.WrongCode):
        day.check("out", booking_id, code=codes[3], **NOWHERE)
    assert day.check("out", booking_id, code=codes[0], **NOWHERE)["state"] == "completed"


def test_a_new_card_voids_the_old_and_nobody_reads_it_later_or_instead(day: Day) -> None:
    old, new = card_of(day), card_of(day)
    booking_id = day.booked()
    with pytest.raises(contract.WrongCode):
        day.check("in", booking_id, code=old[0], **NOWHERE)
    day.check("in", booking_id, code=new[0], **NOWHERE)
    clerk, elder = day.town.clerk, {"person_id": day.elder.person_id}
    with pytest.raises(contract.CardNotPrintable):
        day.call("print_code_card", clerk, day.now + timedelta(minutes=15), **elder)
    colleague = type(clerk)(day.volunteer.person_id, clerk.roles)
    for wrong in (colleague, day.elder, day.town.clerk_elsewhere):
        with pytest.raises(Forbidden):
            day.call("print_code_card", wrong, **elder)
    with pytest.raises(Forbidden):
        day.call("issue_code_card", colleague, person_id=day.volunteer.person_id)


def test_a_new_secret_voids_the_old_one_and_only_its_owner_reads_it(day: Day) -> None:
    elder = {"person_id": day.elder.person_id}
    with pytest.raises(NotFound):
        day.call("show_visit_code", day.elder, **elder)
    old, new = secret_of(day, day.elder), secret_of(day, day.elder)
    booking_id = day.booked()
    with pytest.raises(contract.WrongCode):
        day.check("in", booking_id, code=phone_code(old, day.start), **NOWHERE)
    day.check("in", booking_id, code=phone_code(new, day.start), **NOWHERE)
    for wrong in (day.volunteer, day.town.clerk):
        with pytest.raises(Forbidden):
            day.call("show_visit_code", wrong, **elder)
    shown = day.call("show_visit_code", day.elder, day.start, **elder)
    assert shown["code"] == phone_code(new, day.start)


def test_no_secret_lies_open_in_the_database_nor_in_the_answers_kept(day: Day) -> None:
    secret, codes = secret_of(day, day.elder), card_of(day)
    with day.town.matching.session() as session:
        sealed = list(session.scalars(select(VisitCodeRow.sealed_secret)))
        sealed += session.scalars(select(CodeCardRow.sealed_secret))
        kept = str(session.connection().exec_driver_sql("select * from idempotency_keys").all())
    assert all(secret not in each for each in sealed)
    assert secret not in kept
    assert not any(code in kept for code in codes)
    # Whoever asks for a visit is answered with the door.
    assert day.opened()
    with day.town.matching.session() as session:
        kept = str(session.connection().exec_driver_sql("select * from idempotency_keys").all())
    assert "建国门外大街" not in kept


def test_beyond_the_fence_a_check_in_is_refused_and_a_check_out_waits_for_a_clerk(day: Day) -> None:
    booking_id = day.booked()
    with pytest.raises(contract.TooFar):
        day.check("in", booking_id, **AWAY)
    day.check("in", booking_id)
    visit = day.check("out", booking_id, **AWAY)
    assert (visit["state"], reasons(visit), visit["minutes"]) == (
        "excepted",
        ["out_of_fence"],
        None,
    )
    assert datetime.fromisoformat(visit["ended_at"]) == day.end
    assert visit["exception"]["reasons"][0]["words_zh"] == "距服务地点 2224 米，超出 500 米"
    visit_id = visit["visit_id"]
    assert day.recorded(contract.VisitCompleted, visit_id=visit_id) == []
    (told,) = day.recorded(contract.VisitExcepted, visit_id=visit_id)
    assert (told["reason"], told["reasons"]) == ("out_of_fence", ["out_of_fence"])
    assert day.decide(visit_id, 95)["state"] == "completed"
    assert day.recorded(contract.VisitCompleted, visit_id=visit_id)[0]["minutes"] == 95


def test_half_a_position_or_none_without_a_code_is_no_proof(day: Day) -> None:
    booking_id = day.booked()
    for given, field in (
        ({"latitude": None}, "latitude"),
        ({"longitude": None}, "longitude"),
        (NOWHERE, "code"),
        ({"code": "12345"}, "code"),
        ({"code": "１２３４５６"}, "code"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            day.check("in", booking_id, **given)
        assert field in refused.value.fields


def test_s1_a_guardian_says_with_their_own_phone_that_they_lead_the_pupil(day: Day) -> None:
    guardian = day.newcomer(1975)
    pupil = day.newcomer(2011, guardian_id=guardian.person_id)
    booking_id = day.booked(pupil)

    def confirm(by: Any, now: datetime | None = None, **changes: Any) -> Any:
        place = PLACE | changes
        return day.call("confirm_presence", by, now or day.start, booking_id=booking_id, **place)

    with pytest.raises(contract.GuardianAbsent):
        day.check("in", booking_id, by=pupil, guardian_present=True)
    for wrong in (pupil, day.volunteer, day.elder, day.town.clerk):
        with pytest.raises(Forbidden):
            confirm(wrong)
    with pytest.raises(contract.TooFar):
        confirm(guardian, **AWAY)
    with pytest.raises(contract.OutsideWindow):
        confirm(guardian, day.start - timedelta(minutes=31))
    said = confirm(guardian, day.start - timedelta(minutes=30))
    assert said["guardian_id"] == str(guardian.person_id)
    with pytest.raises(contract.GuardianAbsent):
        day.check("in", booking_id, day.start + timedelta(minutes=1), by=pupil)
    confirm(guardian)
    visit = day.check("in", booking_id, day.start + timedelta(minutes=1), by=pupil)
    assert visit["guardian_proof"] == "call"
    with pytest.raises(contract.WrongState):
        confirm(guardian)


def test_s1_a_guardian_may_show_a_code_instead(day: Day) -> None:
    guardian = day.newcomer(1975)
    pupil = day.newcomer(2011, guardian_id=guardian.person_id)
    secret, booking_id = secret_of(day, guardian), day.booked(pupil)
    elders = phone_code(secret_of(day, day.elder), day.start)
    with pytest.raises(contract.WrongCode):
        day.check("in", booking_id, by=pupil, guardian_code=elders)
    code = phone_code(secret, day.start)
    visit = day.check("in", booking_id, by=pupil, guardian_code=code, code=elders, **NOWHERE)
    assert (visit["guardian_proof"], visit["start_proof"]["method"]) == ("code", "code")


def test_a_guardian_whose_word_comes_from_the_pupils_phone_is_asked_by_a_clerk(day: Day) -> None:
    guardian = day.newcomer(1975)
    pupil = day.newcomer(2011, guardian_id=guardian.person_id)
    for number, (device, found) in enumerate(
        (("the-guardians-phone", []), ("the-pupils-phone", ["guardians_device"]))
    ):
        start = day.start + number * timedelta(days=1)
        booking_id = day.booked(pupil, start=start)
        said = {"booking_id": booking_id, "device": device}
        day.call("confirm_presence", guardian, start, **said, **PLACE)
        day.check("in", booking_id, start, pupil, device="the-pupils-phone")
        ended = day.check("out", booking_id, start + timedelta(hours=1), pupil)
        assert reasons(ended) == found


def test_an_adult_volunteer_has_no_guardian_to_confirm(day: Day) -> None:
    booking_id = day.booked()
    with pytest.raises(Forbidden):
        day.call("confirm_presence", day.town.other, day.start, booking_id=booking_id, **PLACE)
    assert day.check("in", booking_id)["guardian_proof"] is None


def test_the_servers_clock_is_the_only_one_online(day: Day) -> None:
    booking_id = day.booked()
    with pytest.raises(InvalidRequest):
        day.check("in", booking_id, at=datetime(2026, 1, 1, tzinfo=UTC).isoformat())
