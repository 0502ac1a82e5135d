"""What was recorded without a network: taken once, queued, or refused with the reason."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import eventlet
import pytest

from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.matching import contract
from services.matching.codes import phone_code
from tests.integration.conftest import Running
from tests.integration.matching.conftest import STREET, Town, person
from tests.integration.matching.days import Day, reasons
from tests.integration.matching.phones import Phone
from tests.integration.matching.test_proven_visits import secret_of


MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture
def day(town: Town) -> Day:
    return Day(town)


def registered(day: Day, owner: Any = None, street: str | None = None) -> Phone:
    phone = Phone(street)
    day.call("register_device", owner or day.volunteer, **phone.registration())
    return phone


def hand_in(
    day: Day,
    phone: Phone,
    captures: list[dict[str, Any]],
    now: datetime | None = None,
    by: Any = None,
    **changes: Any,
) -> list[tuple[str, str | None]]:
    """Outcome and reason of each capture."""
    now = now or day.end + 10 * MINUTE
    batch = phone.batch(captures, **{"sealed_at": now} | changes)
    answer = day.call("submit_captures", by or day.volunteer, now, **batch)
    return [(item["outcome"], item["reason"]) for item in answer["items"]]


def both_ends(day: Day, phone: Phone, booking_id: str, **changes: Any) -> list[dict[str, Any]]:
    return [
        phone.capture("check_in", booking_id, day.start, **changes),
        phone.capture("check_out", booking_id, day.end, **changes),
    ]


def visit_of(day: Day, booking_id: str) -> dict[str, Any]:
    booking = day.call("show_booking", day.town.clerk, booking_id=booking_id)
    return day.show(booking["visit_id"])


def test_a_visit_recorded_without_a_network_counts_by_its_own_times(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    # The check-out stands first: they are worked on in the order of their times.
    captures = both_ends(day, phone, booking_id)[::-1]
    assert hand_in(day, phone, captures) == [("taken", None)] * 2
    visit = visit_of(day, booking_id)
    assert (visit["state"], visit["minutes"]) == ("completed", 95)
    assert datetime.fromisoformat(visit["started_at"]) == day.start
    for name in ("start_proof", "end_proof"):
        assert visit[name]["offline"] is True
        recorded_at = datetime.fromisoformat(visit[name]["recorded_at"])
        assert recorded_at == day.end + 10 * MINUTE
    visit_id = visit["visit_id"]
    assert len(day.recorded(contract.VisitStarted, visit_id=visit_id)) == 1
    assert day.recorded(contract.VisitCompleted, visit_id=visit_id)[0]["minutes"] == 95


def test_the_same_batch_again_gets_the_same_answer_and_has_no_second_effect(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    batch = phone.batch(both_ends(day, phone, booking_id), day.end)

    def submit(_: int) -> Any:
        return day.call("submit_captures", day.volunteer, day.end, **batch)

    answers = list(eventlet.GreenPool().imap(submit, range(6)))
    answers.append(day.call("submit_captures", day.volunteer, day.end + 60 * MINUTE, **batch))
    assert all(answer == answers[0] for answer in answers)
    assert [item["outcome"] for item in answers[0]["items"]] == ["taken", "taken"]
    assert len(day.recorded(contract.VisitCompleted, booking_id=booking_id)) == 1


def test_a_capture_sealed_anew_is_known_by_its_own_id(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    start, end = both_ends(day, phone, booking_id)
    assert hand_in(day, phone, [start]) == [("taken", None)]
    assert hand_in(day, phone, [start, end]) == [("repeated", None), ("taken", None)]
    other = start | {"at": (day.start + MINUTE).isoformat()}
    assert hand_in(day, phone, [other]) == [("refused", "capture_conflict")]
    assert hand_in(day, phone, [end, end]) == [("repeated", None)] * 2


def test_the_same_captures_in_batches_that_come_at_once_are_taken_once(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    captures = both_ends(day, phone, booking_id)
    outcomes = list(eventlet.GreenPool().imap(lambda _: hand_in(day, phone, captures), range(5)))
    assert sorted(outcomes) == [[("repeated", None)] * 2] * 4 + [[("taken", None)] * 2]
    assert len(day.recorded(contract.VisitCompleted, booking_id=booking_id)) == 1


def test_a_check_out_that_came_before_its_check_in_is_refused_and_may_come_again(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    start, end = both_ends(day, phone, booking_id)
    assert hand_in(day, phone, [end]) == [("refused", "not_checked_in")]
    assert hand_in(day, phone, [start]) == [("taken", None)]
    assert hand_in(day, phone, [end]) == [("taken", None)]
    assert visit_of(day, booking_id)["state"] == "completed"


def test_another_text_under_the_same_batch_id_is_refused(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    batch_id = str(uuid.uuid4())
    start, end = both_ends(day, phone, booking_id)
    hand_in(day, phone, [start], batch_id=batch_id)
    with pytest.raises(contract.BatchConflict):
        hand_in(day, phone, [end], batch_id=batch_id)


def test_only_what_the_device_has_signed_as_it_stands_is_read(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    batch = phone.batch(both_ends(day, phone, booking_id), day.end)
    stranger = Phone()
    stranger.device_id = phone.device_id
    forged = (
        batch | {"batch": batch["batch"].replace("check_out", "check_in ")},
        batch | {"batch": batch["batch"] + " "},
        batch | {"signature": stranger.signed(batch["batch"])["signature"]},
    )
    for wrong in forged:
        with pytest.raises(contract.BadSignature):
            day.call("submit_captures", day.volunteer, day.end, **wrong)
    for text in ("[]", "nothing", "{}", '{"device_id": 1, "colour": "red"}', "[" * 5000):
        with pytest.raises(InvalidRequest) as refused:
            day.call("submit_captures", day.volunteer, day.end, **phone.signed(text))
        assert "batch" in refused.value.fields
    another = registered(day)
    of_another = another.batch([another.capture("check_in", booking_id, day.start)], day.end)
    with pytest.raises(InvalidRequest):
        signed = phone.signed(of_another["batch"])
        day.call("submit_captures", day.volunteer, day.end, **signed)


def test_a_batch_has_a_most(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    captures = [phone.capture("check_in", booking_id, day.start) for _ in range(51)]
    with pytest.raises(InvalidRequest):
        hand_in(day, phone, captures)
    assert hand_in(day, phone, captures[:2])[1] == ("refused", "already_checked_in")


def test_late_is_queued_and_older_than_the_policy_allows_is_refused(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    start, end = both_ends(day, phone, booking_id)
    late = day.start + timedelta(hours=13)
    assert hand_in(day, phone, [start], late) == [("queued", "offline_late")]
    assert hand_in(day, phone, [end], late)[0][0] == "queued"
    visit = visit_of(day, booking_id)
    assert (visit["state"], reasons(visit)) == ("excepted", ["offline_late"])
    assert datetime.fromisoformat(visit["ended_at"]) == day.end
    other = day.booked(start=day.start + timedelta(hours=4))
    capture = phone.capture("check_in", other, day.start + timedelta(hours=4))
    assert hand_in(day, phone, [capture], day.start + timedelta(hours=77)) == [
        ("refused", "too_old")
    ]


def test_a_device_whose_clock_is_wrong_is_believed_only_by_a_clerk(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    captures = both_ends(day, phone, booking_id)
    now, shown = day.end + 100 * MINUTE, day.end + 130 * MINUTE
    outcomes = hand_in(day, phone, captures, now, sealed_at=shown)
    assert outcomes == [("queued", "clock_skew")] * 2
    visit = visit_of(day, booking_id)
    assert datetime.fromisoformat(visit["started_at"]) == day.start - 30 * MINUTE
    assert visit["exception"]["reasons"][0]["evidence"]["skew_seconds"] == -1800


def test_what_cannot_have_been_is_refused_with_the_reason(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    somebody_elses = day.booked(day.newcomer(1991))
    cases = [
        ({"at": (day.end + 60 * MINUTE).isoformat()}, "after_sealing"),
        ({"at": (day.now - MINUTE).isoformat()}, "before_booking"),
        ({"at": (day.start - 31 * MINUTE).isoformat()}, "outside_window"),
        ({"booking_id": somebody_elses}, "forbidden"),
        ({"booking_id": str(uuid.uuid4())}, "not_found"),
        ({"code": "000000"}, "wrong_code"),
        ({"latitude": None, "longitude": None}, "invalid_request"),
    ]
    captures = [phone.capture("check_in", booking_id, day.start) | changes for changes, _ in cases]
    outcomes = hand_in(day, phone, captures)
    assert outcomes == [("refused", reason) for _, reason in cases]
    assert hand_in(day, phone, both_ends(day, phone, booking_id)) == [("taken", None)] * 2


def test_a_phone_knows_nothing_of_the_time_before_it_was_registered(day: Day) -> None:
    booking_id, phone = day.booked(), Phone()
    day.call("register_device", day.volunteer, day.end + MINUTE, **phone.registration())
    outcomes = hand_in(day, phone, both_ends(day, phone, booking_id))
    assert outcomes == [("refused", "before_registration")] * 2


def test_a_batch_of_another_age_is_answered_like_any_other(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    for year, answered in (("0001", "refused"), ("9998", "queued")):
        moment = f"{year}-06-01T00:00:00+00:00"
        capture = phone.capture("check_in", booking_id, day.start) | {"at": moment}
        batch = phone.batch([capture], datetime.fromisoformat(moment))
        answer = day.call("submit_captures", day.volunteer, day.end, **batch)
        assert answer["items"][0]["outcome"] == answered


def test_beyond_the_fence_nothing_recorded_is_lost(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    outcomes = hand_in(day, phone, both_ends(day, phone, booking_id, latitude=39.93))
    assert outcomes == [("queued", "out_of_fence")] * 2
    assert reasons(visit_of(day, booking_id)) == ["out_of_fence"]


def test_a_code_is_checked_for_the_moment_at_which_it_was_typed(day: Day) -> None:
    secret, phone, booking_id = secret_of(day, day.elder), registered(day), day.booked()
    nowhere = {"latitude": None, "longitude": None}
    captures = [
        phone.capture(kind, booking_id, at, code=phone_code(secret, at), **nowhere)
        for kind, at in (("check_in", day.start), ("check_out", day.end))
    ]
    assert hand_in(day, phone, captures) == [("taken", None)] * 2
    assert visit_of(day, booking_id)["end_proof"]["method"] == "code"


def test_s1_a_pupil_without_a_network_types_the_guardians_code(day: Day) -> None:
    guardian = day.newcomer(1975)
    pupil = day.newcomer(2011, guardian_id=guardian.person_id)
    secret, phone, booking_id = secret_of(day, guardian), registered(day, pupil), day.booked(pupil)
    start, end = both_ends(day, phone, booking_id)
    assert hand_in(day, phone, [start], by=pupil) == [("refused", "guardian_absent")]
    led = start | {"guardian_code": phone_code(secret, day.start)}
    assert hand_in(day, phone, [led, end], by=pupil) == [("taken", None)] * 2
    assert visit_of(day, booking_id)["guardian_proof"] == "code"


def test_a_registered_phone_is_given_time_before_its_owner_counts_as_absent(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    later = day.end + timedelta(hours=10)
    day.sweep(later)
    assert day.recorded(contract.VisitNoShow, booking_id=booking_id) == []
    captures = both_ends(day, phone, booking_id)
    assert hand_in(day, phone, captures, later) == [("taken", None)] * 2
    other = day.booked(start=day.start + timedelta(days=4))
    day.sweep(day.start + timedelta(days=7, hours=3))
    assert len(day.recorded(contract.VisitNoShow, booking_id=other)) == 1
    capture = phone.capture("check_in", other, day.start + timedelta(days=4))
    assert hand_in(day, phone, [capture], day.start + timedelta(days=6, hours=23)) == [
        ("refused", "wrong_state")
    ]


def test_a_check_out_that_the_sweep_has_missed_completes_the_record_in_the_queue(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    start, end = both_ends(day, phone, booking_id)
    day.check("in", booking_id)
    day.sweep(day.start + timedelta(hours=4, minutes=1))
    later = day.start + timedelta(hours=6)
    assert hand_in(day, phone, [start, end], later) == [
        ("refused", "already_checked_in"),
        ("queued", "missing_check_out"),
    ]
    visit = visit_of(day, booking_id)
    assert (visit["state"], reasons(visit)) == ("excepted", ["missing_check_out"])
    assert datetime.fromisoformat(visit["ended_at"]) == day.end
    assert hand_in(day, phone, [end], later) == [("repeated", "missing_check_out")]
    assert day.decide(visit["visit_id"], 95)["state"] == "completed"


def test_a_terminal_speaks_for_its_street_and_its_clerk_does_not_decide(day: Day) -> None:
    clerk = day.town.clerk
    terminal, booking_id = registered(day, clerk, STREET), day.booked()
    captures = both_ends(day, terminal, booking_id, latitude=39.93)
    with pytest.raises(Forbidden):
        hand_in(day, terminal, captures, by=day.town.clerk_elsewhere)
    assert hand_in(day, terminal, captures, by=clerk) == [("queued", "out_of_fence")] * 2
    visit_id = visit_of(day, booking_id)["visit_id"]
    with pytest.raises(Forbidden):
        day.decide(visit_id)
    colleague = type(clerk)(person().person_id, clerk.roles)
    decision = {"visit_id": visit_id, "minutes": 60, "reason": "看过"}
    decided = day.call("decide_exception", colleague, **decision)
    assert decided["state"] == "completed"
    revocation = {"device_id": terminal.device_id, "reason": "换新"}
    day.call("revoke_device", clerk, **revocation)


def test_a_revoked_device_is_heard_no_more(day: Day) -> None:
    phone, booking_id = registered(day), day.booked()
    lost = {"device_id": phone.device_id, "reason": "丢了"}
    with pytest.raises(Forbidden):
        day.call("revoke_device", day.town.other, **lost)
    assert day.call("revoke_device", day.volunteer, **lost)["state"] == "revoked"
    with pytest.raises(contract.DeviceRevoked):
        hand_in(day, phone, both_ends(day, phone, booking_id))
    with pytest.raises(contract.WrongState):
        day.call("revoke_device", day.volunteer, **lost)
    assert day.call("show_device", day.volunteer, device_id=phone.device_id)["revoked_at"]


def test_a_device_is_registered_once_by_whoever_may(day: Day) -> None:
    phone = registered(day)
    again = day.call("register_device", day.volunteer, **phone.registration())
    assert again["state"] == "active"
    for by, changes in (
        (day.elder, {}),
        (day.volunteer, {"public_key": Phone().registration()["public_key"]}),
    ):
        with pytest.raises(contract.DeviceConflict):
            day.call("register_device", by, **phone.registration() | changes)
    with pytest.raises(contract.PersonNotVerified):
        day.call("register_device", person(), **Phone().registration())
    for wrong in ({"street": STREET}, {"kind": "terminal"}, {"public_key": "AAAA"}):
        with pytest.raises(InvalidRequest):
            day.call("register_device", day.volunteer, **Phone().registration() | wrong)
    with pytest.raises(Forbidden):
        day.call("register_device", day.town.clerk_elsewhere, **Phone(STREET).registration())
    with pytest.raises(NotFound):
        day.call("show_device", day.volunteer, device_id=str(uuid.uuid4()))
