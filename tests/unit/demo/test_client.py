"""The HTTP client, against a real server that answers as a test tells it to."""

import json
from datetime import UTC, datetime

import pytest

from deploy.demo.client import Client, Problem, Unreachable
from tests.unit.demo.conftest import Server


def test_a_post_carries_token_clock_and_a_new_key_each_time(server: Server) -> None:
    client = Client(server.url + "/")
    clock = datetime(2026, 11, 25, 10, tzinfo=UTC)
    client.post("/v1/gifts", {"minutes": 60}, "token", clock)
    client.post("/v1/gifts", {"minutes": 60}, "token", clock)
    (method, path, first, body), (_, _, second, _) = server.asked
    assert (method, path, body) == ("POST", "/v1/gifts", {"minutes": 60})
    assert first["Authorization"] == "Bearer token"
    assert first["Timebank-Clock".title()] == "2026-11-25T10:00:00+00:00"
    assert first["Idempotency-Key".title()] != second["Idempotency-Key".title()]


def test_a_key_of_the_callers_own_is_kept(server: Server) -> None:
    Client(server.url).post("/v1/gifts", key="twelve-sheep")
    assert server.asked[0][2]["Idempotency-Key".title()] == "twelve-sheep"
    assert server.asked[0][3] == {}


def test_a_get_carries_its_query_and_no_key(server: Server) -> None:
    server.answer = '{"items": ["你好"]}'.encode()
    assert Client(server.url).get("/v1/requests", elder_id="x y") == {"items": ["你好"]}
    method, path, headers, _ = server.asked[0]
    assert (method, path) == ("GET", "/v1/requests?elder_id=x+y")
    assert "Idempotency-Key".title() not in headers and "Authorization" not in headers


def test_a_refusal_is_a_problem_with_code_status_and_fields(server: Server) -> None:
    server.status = 409
    server.answer = json.dumps(
        {"code": "too_far", "detail": "You are too far.", "fields": {"allowed_metres": 500}}
    ).encode()
    with pytest.raises(Problem, match="409 too_far: You are too far.") as caught:
        Client(server.url).post("/v1/bookings/x/check-in")
    assert caught.value.code == "too_far" and caught.value.status == 409
    assert caught.value.fields == {"allowed_metres": 500}


def test_an_answer_that_is_no_json_is_shown_as_it_is(server: Server) -> None:
    server.status, server.answer = 502, b"<h1>Bad gateway</h1>"
    with pytest.raises(Problem, match="502 unknown: <h1>Bad gateway</h1>"):
        Client(server.url).get("/v1/categories")


def test_nobody_at_the_address_is_said_as_such() -> None:
    with Server() as closed:
        url = closed.url
    with pytest.raises(Unreachable, match=url):
        Client(url, timeout_seconds=1).get("/v1/categories")
