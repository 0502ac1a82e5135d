"""What a client may send, and what it is told, when no broker and no service is there to help."""

import json
import socket
import struct
import time
from collections.abc import Iterator

import eventlet
import pytest

from gateway.server import MOST_BODY_BYTES
from services.kernel.waiting import poll
from tests.integration.gateway.conftest import Reply, Running


PROBLEM = "application/problem+json"
JSON = {"Content-Type": "application/json"}
LOG_IN = {"phone": "13800000001", "password": "secret"}


def raw(gateway: Running, *parts: bytes) -> bytes:
    """What comes back for these bytes, until the gateway closes the connection."""
    with socket.create_connection((gateway.host, gateway.port), timeout=10) as client:
        for part in parts:
            client.sendall(part)
        received = b""
        while data := client.recv(65536):
            received += data
        return received


def is_problem(reply: Reply, status: int, code: str) -> bool:
    problem = reply.json
    assert reply.headers["Content-Type"] == PROBLEM
    assert reply.headers["X-Request-ID"] == problem["correlation_id"]
    return (reply.status, problem["status"], problem["code"]) == (status, status, code)


def test_an_unknown_path_is_a_problem_of_its_own(lonely_gateway: Running) -> None:
    assert is_problem(lonely_gateway.get("/v2/people"), 404, "no_such_path")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_a_wrong_method_is_told_the_right_ones(lonely_gateway: Running, method: str) -> None:
    reply = lonely_gateway.ask(method, "/v1/people")
    assert is_problem(reply, 405, "method_not_allowed")
    assert reply.headers["Allow"] == "POST"


def test_doubled_slashes_are_no_other_spelling(lonely_gateway: Running) -> None:
    assert is_problem(lonely_gateway.get("//v1//keys"), 404, "no_such_path")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"phone": NaN}', b'{"phone": "1", "phone": "2"}'])
def test_malformed_json_is_refused(lonely_gateway: Running, body: bytes) -> None:
    reply = lonely_gateway.ask("POST", "/v1/sessions", body, JSON)
    assert is_problem(reply, 400, "malformed_json")


def test_a_wrong_content_type_is_refused(lonely_gateway: Running) -> None:
    body = json.dumps(LOG_IN).encode()
    for headers in ({"Content-Type": "text/plain"}, {}):
        reply = lonely_gateway.ask("POST", "/v1/sessions", body, headers)
        assert is_problem(reply, 415, "unsupported_media_type")


def test_wrong_fields_are_named_with_the_reason(lonely_gateway: Running) -> None:
    reply = lonely_gateway.ask("POST", "/v1/sessions", {"phone": 7, "colour": "red"})
    assert is_problem(reply, 422, "invalid_request")
    assert reply.json["fields"] == {
        "phone": ["Not a valid string."],
        "password": ["Missing data for required field."],
        "colour": ["Unknown field."],
    }


def test_without_a_key_nothing_is_changed(lonely_gateway: Running) -> None:
    reply = lonely_gateway.ask("POST", "/v1/people", {})
    assert is_problem(reply, 400, "idempotency_key_required")


@pytest.mark.parametrize("megabytes", [1, 12])
def test_a_body_over_a_megabyte_is_refused_so_that_the_sender_learns_why(
    lonely_gateway: Running, megabytes: int
) -> None:
    body = b'{"phone": "' + b"1" * megabytes * MOST_BODY_BYTES + b'"}'
    reply = lonely_gateway.ask("POST", "/v1/sessions", body, JSON)
    assert is_problem(reply, 413, "body_too_large")


def test_a_body_of_just_a_megabyte_is_read(lonely_gateway: Running) -> None:
    head, tail = b'{"phone": "', b'", "password": "x"}'
    body = head + b"1" * (MOST_BODY_BYTES - len(head) - len(tail)) + tail
    assert is_problem(
        lonely_gateway.ask("POST", "/v1/sessions", body, JSON), 422, "invalid_request"
    )


def test_a_chunked_body_over_a_megabyte_is_refused(lonely_gateway: Running) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 65536

    reply = lonely_gateway.ask("POST", "/v1/sessions", chunks(), JSON, encode_chunked=True)
    assert is_problem(reply, 413, "body_too_large")


def test_a_chunked_body_is_read_like_any_other(lonely_gateway: Running) -> None:
    parts = iter([b'{"phone": ', b'"1"}'])
    reply = lonely_gateway.ask("POST", "/v1/sessions", parts, JSON, encode_chunked=True)
    assert reply.json["fields"] == {"password": ["Missing data for required field."]}


def test_a_body_declared_too_large_is_refused_before_it_is_sent(lonely_gateway: Running) -> None:
    began = time.monotonic()
    answer = raw(
        lonely_gateway,
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"Connection: close" in answer
    assert time.monotonic() - began < 5


def test_a_chunk_size_that_never_ends_is_refused(lonely_gateway: Running) -> None:
    head = b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(lonely_gateway, head, b"1;" + b"x" * 3 * MOST_BODY_BYTES)
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /v1/sessions HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/9.9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n",
    ],
)
def test_a_request_whose_end_is_not_certain_is_refused_and_the_connection_closed(
    lonely_gateway: Running, request_bytes: bytes
) -> None:
    answer = raw(lonely_gateway, request_bytes)
    assert b" 400 " in answer or b'"status":400' in answer or b'"status":505' in answer
    assert lonely_gateway.get("/healthz").status == 200


def test_clients_that_vanish_do_no_harm(lonely_gateway: Running) -> None:
    starts = [
        b"",
        b"GET ",
        b"POST /v1/sessions HTTP/1.1\r\nContent-Length: 100\r\n\r\n{",
        b"POST /v1/sessions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\n\r\n",
    ]
    for start in starts:
        client = socket.create_connection((lonely_gateway.host, lonely_gateway.port))
        client.sendall(start)
        # Closing with this option sends a reset in place of a farewell.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert poll(lambda: lonely_gateway.server.connections == 0, 5)
    assert lonely_gateway.get("/healthz").status == 200


def test_a_head_is_a_get_without_the_body(lonely_gateway: Running) -> None:
    shown, asked = lonely_gateway.get("/openapi.json"), lonely_gateway.ask("HEAD", "/openapi.json")
    assert (asked.status, asked.body) == (200, b"")
    assert asked.headers["Content-Length"] == str(len(shown.body))


def test_several_requests_share_a_connection(lonely_gateway: Running) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert raw(lonely_gateway, request, request, last).count(b"HTTP/1.1 200 OK") == 3


def test_the_description_and_its_page_need_no_broker(lonely_gateway: Running) -> None:
    assert lonely_gateway.get("/openapi.json").json["openapi"].startswith("3.")
    page = lonely_gateway.get("/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    script = lonely_gateway.get("/docs/swagger-ui-bundle.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert len(script.body) > 500_000
    assert lonely_gateway.get("/problems/insufficient_coins").status == 200
    assert lonely_gateway.get("/").headers["Location"] == "/docs"


def test_without_a_broker_the_answer_is_503_soon(lonely_gateway: Running) -> None:
    began = time.monotonic()
    replies = [
        eventlet.spawn(lonely_gateway.get, "/v1/categories"),
        eventlet.spawn(lonely_gateway.ask, "POST", "/v1/sessions", LOG_IN),
    ]
    for reply in (each.wait() for each in replies):
        assert is_problem(reply, 503, "unavailable")
        assert int(reply.headers["Retry-After"]) > 0
    assert time.monotonic() - began < 5


def test_without_a_broker_it_is_alive_but_not_ready(lonely_gateway: Running) -> None:
    assert lonely_gateway.get("/healthz").json == {"alive": True}
    reply = lonely_gateway.get("/readyz")
    assert reply.status == 503
    assert reply.json == {
        "ready": False,
        "checks": dict.fromkeys(("broker", "identity", "matching", "ledger", "rating"), False),
    }
