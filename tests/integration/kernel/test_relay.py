"""The relay: what is committed reaches the broker, in order, whatever dies in between."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from sqlalchemy import func, select

from services.kernel.relay import Relay
from services.kernel.tables import outbox
from services.kernel.topology import UNROUTED, event_exchange
from tests.integration.conftest import queue_length
from tests.integration.kernel.conftest import Probe
from tests.integration.kernel.probe import NoteWritten


@pytest.fixture
def spy(probe: Probe) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Hears every event of the probe: ``spy()`` takes and returns what has come so far."""
    exchange: Exchange = event_exchange("probe")
    with Connection(probe.amqp_uri) as connection, connection.channel() as channel:
        queue = Queue("it.spy", exchange=exchange, routing_key="#", exclusive=True)(channel)
        queue.declare()
        heard: list[dict[str, Any]] = []

        def listen() -> list[dict[str, Any]]:
            while (message := queue.get(no_ack=True)) is not None:
                heard.append(json.loads(message.body))
            return heard

        yield listen


def write(probe: Probe, *words: str) -> None:
    for each in words:
        probe.call("write_note", {"words": each})


def unpublished(probe: Probe) -> int:
    with probe.session() as session:
        query = select(func.count()).select_from(outbox).where(outbox.c.published_at.is_(None))
        return int(session.scalar(query) or 0)


def test_events_reach_the_broker_in_order_and_are_marked(
    probe: Probe, relay: Any, spy: Any
) -> None:
    relay()
    words = [f"note {number}" for number in range(30)]
    write(probe, *words)
    probe.eventually(lambda: len(spy()) == 30)
    assert [event["data"]["words"] for event in spy()] == words
    sequences = [event["sequence"] for event in spy()]
    assert sequences == sorted(sequences)
    probe.eventually(lambda: unpublished(probe) == 0)


def test_the_envelope_has_the_attributes_of_a_cloud_event(
    probe: Probe, relay: Any, spy: Any
) -> None:
    relay()
    write(probe, "one")
    probe.eventually(spy)
    event = spy()[0]
    assert event["specversion"] == "1.0"
    assert event["source"] == "/timebank/probe"
    assert event["type"] == NoteWritten.type
    assert event["subject"] == "one"
    assert event["datacontenttype"] == "application/json"
    assert event["correlationid"]


def test_events_written_while_no_relay_ran_are_sent_when_one_comes(
    probe: Probe, relay: Any, spy: Any
) -> None:
    write(probe, *(str(number) for number in range(10)))
    assert unpublished(probe) == 10
    relay()
    probe.eventually(lambda: len(spy()) == 10)


def test_an_event_that_no_queue_wants_is_kept_and_not_dropped(probe: Probe, relay: Any) -> None:
    relay()
    write(probe, "one")
    probe.eventually(lambda: queue_length(probe.amqp_uri, UNROUTED) == 1)
    probe.eventually(lambda: unpublished(probe) == 0)


def test_one_relay_leads_and_the_next_takes_over_when_it_ends(
    probe: Probe, relay: Callable[[], Relay], spy: Any
) -> None:
    first = relay()
    probe.eventually(lambda: first.publisher is not None)
    second = relay()
    write(probe, "one")
    probe.eventually(lambda: len(spy()) == 1)
    assert second.publisher is None
    first.stop()
    probe.eventually(lambda: second.publisher is not None)
    write(probe, "two")
    probe.eventually(lambda: len(spy()) == 2)


def test_a_relay_whose_connection_breaks_begins_anew_and_loses_nothing(
    probe: Probe, relay: Callable[[], Relay], spy: Any
) -> None:
    running = relay()
    probe.eventually(lambda: running.publisher is not None)
    assert running.publisher is not None
    broken = running.publisher
    broken.connection.transport.sock.shutdown(socket.SHUT_RDWR)
    write(probe, "one", "two")
    probe.eventually(lambda: {event["data"]["words"] for event in spy()} == {"one", "two"})
    assert running.publisher is not broken


def test_a_relay_that_dies_between_publishing_and_marking_sends_again_and_the_inbox_takes_it_once(
    probe: Probe, relay: Callable[[], Relay], spy: Any
) -> None:
    relay()
    write(probe, "one")
    probe.eventually(lambda: unpublished(probe) == 0)
    with probe.session() as session:
        session.execute(outbox.update().values(published_at=None))
    probe.eventually(lambda: len(spy()) == 2)
    first, second = spy()
    assert first["id"] == second["id"]
