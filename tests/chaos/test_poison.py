"""Poison in every queue of the running platform: it is parked with its reason, and work goes on."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from services.kernel import dead_letters
from services.kernel.registry import handled_events
from services.kernel.settings import SERVICES
from services.kernel.topology import DEAD_LETTERS, event_queue_name, rpc_queue_name
from services.kernel.waiting import poll
from services.matching.contract import VisitCompleted
from tests.integration.conftest import queue_length


HOME = "110105001"
POISON = (b"not json {", "application/json")
NO_REPLY = (json.dumps({"args": [{}, {}], "kwargs": {}}).encode(), "application/json")
WRONG_FACTS = (
    json.dumps(
        {
            "id": str(uuid4()),
            "type": "visit.completed.v1",
            "time": "2026-11-25T01:00:00+00:00",
            "data": {"district": "110105"},
        }
    ).encode(),
    "application/json",
)
PICKLE = (b"\x80\x04.", "application/x-python-serialize")


@pytest.fixture
def emptied(platform: Any) -> str:
    uri = str(platform.amqp_uri)
    with Connection(uri) as connection, connection.channel() as channel:
        channel.queue_purge(DEAD_LETTERS)
    return uri


def put(uri: str, queue: str, body: bytes, content_type: str) -> None:
    with Connection(uri) as connection:
        connection.Producer().publish(
            body, routing_key=queue, content_type=content_type, content_encoding="utf-8"
        )


def visit_is_paid(stage: Stage) -> bool:
    """The whole main job, once more."""
    elder = story.register_and_verify(stage, 75, HOME)
    story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    story.grant(stage, elder, 60, "高龄老人")
    worker = story.register_and_verify(stage, 30, HOME)
    begin = story.daytime()
    story.complete_visit(stage, worker, story.publish(stage, elder, begin, 60), 60)
    return bool(story.until_coins(stage, worker, earned_minutes=60))


def test_poison_in_every_queue_is_parked_with_its_reason_and_stops_nothing(
    emptied: str, platform: Any, stage: Stage
) -> None:
    queues = [event_queue_name(service, event) for service, event in handled_events()]
    pids = {service: platform.process_pid(service) for service in SERVICES}
    for queue in queues:
        for body, content_type in (POISON, PICKLE, WRONG_FACTS):
            put(emptied, queue, body, content_type)
    for service in SERVICES:
        for body, content_type in (POISON, PICKLE, NO_REPLY):
            put(emptied, rpc_queue_name(service), body, content_type)
    expected = 3 * (len(queues) + len(SERVICES))
    assert poll(lambda: queue_length(emptied, DEAD_LETTERS) >= expected, 30)
    assert visit_is_paid(stage)
    letters = dead_letters.list_dead_letters(emptied, expected + 1)
    assert len(letters) == expected
    assert {letter.queue for letter in letters} == {*queues, *map(rpc_queue_name, SERVICES)}
    assert all(letter.reason and not letter.reason.startswith("unknown") for letter in letters)
    assert {service: platform.process_pid(service) for service in SERVICES} == pids
    assert len(dead_letters.discard(emptied, most=expected)) == expected


def test_poison_on_the_rpc_exchange_is_parked_and_the_services_answer(
    emptied: str, stage: Stage
) -> None:
    with Connection(emptied) as connection:
        for service in SERVICES:
            connection.Producer().publish(
                NO_REPLY[0],
                exchange="nameko-rpc",
                routing_key=f"{service}.anything",
                content_type="application/json",
                content_encoding="utf-8",
            )
    assert poll(lambda: queue_length(emptied, DEAD_LETTERS) == len(SERVICES), 20)
    assert all("no reply_to" in letter.reason for letter in dead_letters.list_dead_letters(emptied))
    assert story.trial_balance(stage)["total_minutes"] == 0
    dead_letters.discard(emptied)


def test_a_completed_visit_delivered_five_more_times_is_paid_once(
    emptied: str, stage: Stage, spy_on: Callable[[str], list[dict[str, Any]]]
) -> None:
    elder = story.register_and_verify(stage, 75, HOME)
    story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    story.grant(stage, elder, 240, "高龄老人")
    worker = story.register_and_verify(stage, 30, HOME)
    heard = spy_on("visit.completed.v1.#")
    begin = story.daytime()
    story.complete_visit(stage, worker, story.publish(stage, elder, begin, 60), 60)
    story.until_coins(stage, worker, earned_minutes=60)
    told = story.until(lambda: heard() or None, "the event")[-1]
    with Connection(emptied) as connection:
        for _ in range(5):
            connection.Producer().publish(
                json.dumps(told).encode(),
                exchange="matching.events",
                routing_key=f"visit.completed.v1.{elder.district}",
                content_type="application/json",
                content_encoding="utf-8",
            )
    second = story.complete_visit(
        stage, worker, story.publish(stage, elder, begin + timedelta(days=1), 30), 30
    )
    assert second["minutes"] == 30
    story.until_coins(stage, worker, earned_minutes=90)
    queue = event_queue_name("ledger", VisitCompleted)
    assert poll(lambda: queue_length(emptied, queue) == 0, 10)
    assert story.wallet(stage, worker)["earned_minutes"] == 90
    assert queue_length(emptied, DEAD_LETTERS) == 0


@pytest.fixture
def spy_on(platform: Any) -> Any:
    """``spy_on(pattern)`` listens from now on; calling what it gives lists what has come."""
    with Connection(platform.amqp_uri) as connection, connection.channel() as channel:

        def listen(pattern: str) -> Callable[[], list[dict[str, Any]]]:
            name = channel.queue_declare("", exclusive=True, auto_delete=True, durable=False).queue
            channel.queue_bind(name, "matching.events", pattern)
            events: list[dict[str, Any]] = []

            def heard() -> list[dict[str, Any]]:
                while (message := channel.basic_get(name, no_ack=True)) is not None:
                    events.append(json.loads(message.body))
                return events

            return heard

        yield listen
