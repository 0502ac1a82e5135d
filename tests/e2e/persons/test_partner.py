"""The partner platform: subscribes to the events it may read, each a whole fact by its contract."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection, Exchange, Queue

from deploy.demo import story
from deploy.demo.stage import Stage
from services.kernel.outbox import exchange_name
from services.kernel.waiting import poll
from services.matching.contract import VisitCompleted
from tests.e2e.test_facts import HOME, elder_with_coins, volunteer


@pytest.fixture
def subscription(platform: Any) -> Iterator[Any]:
    """A queue of the partner's own, for the completed visits of one district."""
    exchange = Exchange(exchange_name("matching"), "topic", durable=True, passive=True)
    key = VisitCompleted.routing_key(HOME[:6])
    with Connection(platform.amqp_uri) as connection:
        queue = Queue(f"partner-{uuid4().hex}", exchange, key, exclusive=True)
        with connection.SimpleBuffer(queue) as arriving:
            yield arriving


def test_a_partner_hears_of_each_completed_visit_of_its_district(
    stage: Stage, subscription: Any
) -> None:
    worker = volunteer(stage)
    request = story.publish(stage, elder_with_coins(stage), story.daytime(), 60)
    visit = story.complete_visit(stage, worker, request, 60)

    def arrived() -> dict[str, Any] | None:
        try:
            message = subscription.get(block=False)
        except subscription.Empty:
            return None
        return dict(json.loads(message.body))

    told = poll(arrived, 15)
    while told and told["data"]["visit_id"] != visit["visit_id"]:
        told = poll(arrived, 15)
    assert told and told["specversion"] == "1.0" and told["type"] == "visit.completed.v1"
    facts = VisitCompleted.parse(told["data"])
    assert (facts["minutes"], str(facts["volunteer_id"])) == (60, worker.person_id)
    assert "address" not in told["data"] and "phone" not in told["data"]
