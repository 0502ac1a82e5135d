"""The main job while its processes are killed: paid exactly once, and the books balance."""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import story
from deploy.demo.client import Problem, Unreachable
from deploy.demo.stage import NotInTime, Person, Stage
from services.identity.contract import SpecialGroup
from services.kernel.topology import DEAD_LETTERS
from services.kernel.waiting import poll
from tests.chaos.conftest import kill_hard
from tests.integration.conftest import queue_length


HOME = "110105001"
SERVED, HELD = 95, 120
RECOVERY_SECONDS = 90
MOST_STOP_SECONDS = 5
AWAY = ("unavailable", "deadline_exceeded", "internal_error")
VICTIMS = (
    "identity",
    "matching",
    "matching-relay",
    "ledger",
    "ledger-relay",
    "rating",
    "rating-relay",
    "gateway",
    "rabbitmq",
    "postgres",
)


def patiently(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Ask again, with the same key, while a part is away: what a phone does for its owner."""

    def attempt() -> Any:
        try:
            return call(*arguments, **named)
        except Unreachable:
            return None

    return story.until(attempt, "an answer", *AWAY)


def post(
    stage: Stage, path: str, body: dict[str, Any], token: str, clock: datetime, key: str
) -> Any:
    return patiently(stage.client.post, path, body, token, clock, key)


@pytest.fixture(scope="module")
def cast(stage: Stage) -> tuple[Person, Person]:
    """An elder with coins for all these visits, and a volunteer."""
    elder = story.register_and_verify(stage, 75, HOME)
    story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    story.grant(stage, elder, HELD * 2 * len(VICTIMS), "高龄老人")
    story.until_coins(stage, elder, granted_minutes=HELD * 2 * len(VICTIMS))
    return elder, story.register_and_verify(stage, 30, HOME)


def breaker(platform: Any, victim: str) -> Callable[[], None]:
    """Kills the victim as a power cut would; its supervisor starts it again."""

    def strike() -> None:
        kill_hard(platform.process_pid(victim))

    return strike


def play(stage: Stage, cast: tuple[Person, Person], day: int, strike: Callable[[], None]) -> str:
    """One visit, with the blow right after the request, and again right after the check-out."""
    elder, worker = cast
    now = datetime.now(UTC)
    begin = story.daytime() + timedelta(days=day)
    wish = {
        "elder_id": elder.person_id,
        "category": "assistance",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=3)).isoformat(),
        "minutes": HELD,
        "place": elder.place,
    }
    key = f"chaos-{now.timestamp()}-{day}"
    answer = post(stage, "/v1/requests", wish, elder.token, now, f"{key}-request")
    strike()
    request_id = answer["request_id"]

    def opened() -> dict[str, Any] | None:
        shown = patiently(stage.client.get, f"/v1/requests/{request_id}", elder.token)
        return shown if shown["state"] == "open" else None

    request = story.until(opened, "an open request")
    where = story.position(request)
    path = f"/v1/requests/{request_id}/acceptance"
    booking = post(stage, path, {}, worker.token, now, f"{key}-accept")["booking_id"]
    post(stage, f"/v1/bookings/{booking}/check-in", where, worker.token, begin, f"{key}-in")
    end = begin + timedelta(minutes=SERVED)
    post(stage, f"/v1/bookings/{booking}/check-out", where, worker.token, end, f"{key}-out")
    strike()
    post(stage, f"/v1/bookings/{booking}/check-out", where, worker.token, end, f"{key}-out")
    return str(request_id)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_visit_is_paid_exactly_once_whoever_is_killed(
    own_broker: Any, platform: Any, stage: Stage, cast: tuple[Person, Person], victim: str
) -> None:
    _, worker = cast
    before = story.wallet(stage, worker)["earned_minutes"]
    request_id = play(stage, cast, VICTIMS.index(victim), breaker(platform, victim))
    platform.wait_ready(RECOVERY_SECONDS)

    def paid() -> bool | None:
        shown = patiently(story.wallet, stage, worker)
        return shown["earned_minutes"] == before + SERVED or None

    try:
        story.until(paid, "the pay")
    except NotInTime as late:
        late.add_note(f"earned {story.wallet(stage, worker)['earned_minutes'] - before}")
        raise
    hold = patiently(stage.client.get, f"/v1/requests/{request_id}/hold", stage.clerk(HOME))
    settled = (hold["state"], hold["posted_minutes"], hold["released_minutes"])
    assert settled == ("posted", SERVED, HELD - SERVED)
    assert story.trial_balance(stage)["total_minutes"] == 0
    posts = [line for line in story.statement(stage, worker) if line["kind"] == "post"]
    assert sum(line["minutes"] for line in posts) == before + SERVED
    assert queue_length(platform.amqp_uri, DEAD_LETTERS) == 0


def test_processes_end_in_time_though_the_broker_is_away(
    own_broker: Any, platform: Any, stage: Stage
) -> None:
    stopped = ("matching", "matching-relay", "gateway")
    platform.stop_process("rabbitmq")
    try:
        assert poll(lambda: not platform.is_ready("matching"), 20)
        began = time.monotonic()
        for process in stopped:
            platform.stop_process(process)
        assert time.monotonic() - began < MOST_STOP_SECONDS * len(stopped)
    finally:
        platform.start_process("rabbitmq")
        for process in stopped:
            platform.start_process(process)
    platform.wait_ready(RECOVERY_SECONDS)
    assert patiently(story.trial_balance, stage)["total_minutes"] == 0


def test_a_frozen_service_is_answered_for_in_time_and_goes_on(
    own_broker: Any, platform: Any, stage: Stage
) -> None:
    platform.signal("ledger", signal.SIGSTOP)
    try:
        with pytest.raises(Problem) as refused:
            story.trial_balance(stage)
        assert refused.value.status in (503, 504)
    finally:
        platform.signal("ledger", signal.SIGCONT)
    assert patiently(story.trial_balance, stage)["total_minutes"] == 0
