"""What can be seen from outside: metrics of every process, and one id through a whole story."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from deploy.demo import story
from deploy.demo.stage import Stage
from deploy.local.processes import PROCESSES
from services.identity.contract import SpecialGroup
from services.kernel.settings import SERVICES
from services.kernel.waiting import poll


HOME = "110105001"
# What each kind of process must show, so that its dashboards and alerts have something to read.
SERVICE_METRICS = ("timebank_entrypoint_seconds_count",)
RELAY_METRICS = ("timebank_outbox_pending", "timebank_relay_leader", "timebank_outbox_published")


def page(platform: Any, process: str, path: str) -> str:
    url = f"http://127.0.0.1:{platform.metrics_port(process)}{path}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_shows_its_health_and_its_metrics(platform: Any, process: str) -> None:
    assert json.loads(page(platform, process, "/healthz"))["ready"] is True
    assert json.loads(page(platform, process, "/readyz"))["ready"] is True
    shown = page(platform, process, "/metrics")
    wanted = RELAY_METRICS if process.endswith("-relay") else SERVICE_METRICS
    if process in SERVICES or process.endswith("-relay"):
        assert all(name in shown for name in wanted)


def correlation_ids(platform: Any, service: str, event: str, subject: str) -> list[str]:
    engine = create_engine(platform.database_url(service))
    query = text(
        "select envelope ->> 'correlationid' from outbox"
        " where envelope ->> 'type' = :event and envelope ->> 'subject' = :subject"
    )
    with engine.connect() as connection:
        found = list(connection.scalars(query, {"event": event, "subject": subject}))
    engine.dispose()
    return found


def test_one_id_goes_from_the_http_request_through_every_event_and_log(
    platform: Any, stage: Stage
) -> None:
    elder = story.register_and_verify(stage, 75, HOME)
    story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    story.grant(stage, elder, 60, "高龄老人")
    correlation_id = f"story-{uuid4().hex[:12]}"
    begin = datetime.now(UTC) + timedelta(hours=6)
    wish = {
        "elder_id": elder.person_id,
        "category": "assistance",
        "starts_at": begin.isoformat(),
        "ends_at": (begin + timedelta(hours=2)).isoformat(),
        "minutes": 60,
        "place": elder.place,
    }
    request = urllib.request.Request(
        f"{stage.client.url}/v1/requests",
        json.dumps(wish).encode(),
        {
            "Authorization": f"Bearer {elder.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": str(uuid4()),
            "X-Request-ID": correlation_id,
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["X-Request-ID"] == correlation_id
        request_id = json.loads(answer.read())["request_id"]
    for service, event in (
        ("matching", "request.submitted.v1"),
        ("ledger", "hold.placed.v1"),
        ("matching", "request.opened.v1"),
    ):
        assert correlation_ids(platform, service, event, request_id) == [correlation_id]
    for service in ("matching", "ledger"):
        log = platform.log_path(service)
        assert poll(lambda log=log: correlation_id in log.read_text(), 10)


def test_logs_are_json_lines_without_personal_data(platform: Any, stage: Stage) -> None:
    details = story.fresh_details(stage, 30, stage.population.city.street(HOME))
    stage.client.post("/v1/people", details)
    log = platform.log_path("identity").read_text()
    own = [line for line in log.splitlines() if line.startswith("{")]
    assert own and all(json.loads(line)["level"] for line in own)
    for secret in (details["id_number"], details["phone"], details["address"], stage.password):
        assert secret not in log
