"""From an HTTP request to a service and back, over a real broker."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import eventlet
import pytest

from gateway.openapi import examples
from gateway.service import MOST_IN_FLIGHT, Services
from services.kernel.contract import (
    DeadlineExceeded,
    Error,
    InvalidRequest,
    TooManyRequests,
    Unavailable,
)
from services.kernel.waiting import poll
from services.ledger.contract import InsufficientBudget
from tests.integration.gateway.conftest import PERSON, Running, StandIns, bearer, serving


REQUEST_ID = "5d2f7b90-1c8e-4a55-8e9b-3a1c7c2d4e02"
SUBMIT = examples()["SubmitRequest"]
GRANT = examples()["GrantCoins"]
CLERK = [{"role": "agency_clerk", "area": "110105001"}]


def test_the_service_learns_who_asks_for_what_under_which_key_and_name(
    gateway: Running, stand_ins: StandIns
) -> None:
    stand_ins.says["grant_coins"] = {"grant_id": REQUEST_ID, "minutes": 600, "inner": "secret"}
    headers = bearer(CLERK) | {"X-Request-ID": "desk-42"}
    reply = gateway.post("/v1/grants", GRANT, headers, key="grant-of-today")
    assert reply.status == 201
    assert reply.json == {"grant_id": REQUEST_ID, "minutes": 600}
    assert reply.headers["X-Request-ID"] == "desk-42"
    payload, context = stand_ins.last("grant_coins")
    assert payload == GRANT
    assert context["caller"] == {"person_id": PERSON, "roles": [["agency_clerk", "110105001"]]}
    assert (context["key"], context["correlation_id"]) == ("grant-of-today", "desk-42")
    assert context["now"] is None
    assert 0 < context["deadline"] - time.time() <= 10


def test_path_and_body_reach_the_service_as_one(gateway: Running, stand_ins: StandIns) -> None:
    stand_ins.says["top_up_budget"] = {"district": "110105", "minutes": 600}
    reply = gateway.post("/v1/budgets/110105/top-ups", {"minutes": 600, "reason": "Autumn"})
    assert reply.headers["Location"] == "/v1/budgets/110105"
    assert stand_ins.last("top_up_budget")[0] == {
        "district": "110105",
        "minutes": 600,
        "reason": "Autumn",
    }


def test_a_list_links_its_next_page(gateway: Running, stand_ins: StandIns) -> None:
    stand_ins.says["list_requests"] = {"items": [], "next_cursor": "WzFd"}
    reply = gateway.get(f"/v1/requests?elder_id={PERSON}&limit=5", bearer())
    assert reply.headers["Link"] == (
        f'</v1/requests?elder_id={PERSON}&limit=5&cursor=WzFd>; rel="next"'
    )
    assert reply.headers["Cache-Control"] == "no-store"
    assert stand_ins.last("list_requests")[0] == {"elder_id": PERSON, "limit": "5"}


@pytest.mark.parametrize(
    "error",
    [
        InsufficientBudget("600 minutes are missing."),
        InvalidRequest(fields={"minutes": ["Too many."]}),
        TooManyRequests(fields={"wait_minutes": [15]}),
        Unavailable(),
    ],
    ids=lambda error: error.code,
)
def test_a_services_refusal_is_told_as_it_was_said(
    gateway: Running, stand_ins: StandIns, error: Error
) -> None:
    stand_ins.says["grant_coins"] = error
    reply = gateway.post("/v1/grants", GRANT)
    assert reply.status == error.status
    assert reply.json["code"] == error.code
    assert reply.json["detail"] == str(error)
    assert reply.json.get("fields", {}) == error.fields


def test_a_refusal_is_no_fault_and_prints_no_traceback(
    gateway: Running, stand_ins: StandIns, capfd: pytest.CaptureFixture[str]
) -> None:
    stand_ins.says["grant_coins"] = InsufficientBudget()
    assert gateway.post("/v1/grants", GRANT).status == 409
    printed = capfd.readouterr()
    assert "Traceback" not in printed.err + printed.out


def test_a_service_that_breaks_shows_nothing_of_how(gateway: Running, stand_ins: StandIns) -> None:
    def breaks(*_: Any) -> dict[str, Any]:
        raise RuntimeError("postgresql://ledger:password@db")

    stand_ins.says["grant_coins"] = breaks
    reply = gateway.post("/v1/grants", GRANT)
    assert (reply.status, reply.json["code"]) == (500, "internal_error")
    assert b"password" not in reply.body
    assert b"RuntimeError" not in reply.body


def test_an_answer_of_the_wrong_shape_is_our_fault_and_says_no_more(
    gateway: Running, stand_ins: StandIns
) -> None:
    stand_ins.says["submit_request"] = {"inner": "secret"}
    reply = gateway.post("/v1/requests", SUBMIT)
    assert (reply.status, reply.json["code"]) == (500, "internal_error")
    assert b"request_id" not in reply.body


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer a.b.c"}, bearer(seconds=-1)])
def test_nobody_gets_in_without_a_good_token(
    gateway: Running, stand_ins: StandIns, header: dict[str, str]
) -> None:
    reply = gateway.get(f"/v1/people/{PERSON}", header)
    assert (reply.status, reply.json["code"]) == (401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="timebank"')
    assert not any(operation == "show_person" for operation, _, _ in stand_ins.heard)


def test_an_open_route_takes_nobody_and_a_clerk_but_no_forged_token(
    gateway: Running, stand_ins: StandIns
) -> None:
    assert gateway.get("/v1/categories").status == 200
    assert stand_ins.last("list_categories")[1]["caller"]["person_id"] is None
    assert gateway.get("/v1/categories", bearer()).status == 200
    assert stand_ins.last("list_categories")[1]["caller"]["person_id"] == PERSON
    assert gateway.get("/v1/categories", {"Authorization": "Bearer x"}).status == 401


def test_a_request_whose_coins_are_held_is_created(gateway: Running, stand_ins: StandIns) -> None:
    stand_ins.says["submit_request"] = {"request_id": REQUEST_ID, "state": "submitted"}
    stand_ins.says["show_request"] = {"request_id": REQUEST_ID, "state": "open"}
    reply = gateway.post("/v1/requests", SUBMIT)
    assert (reply.status, reply.json["state"]) == (201, "open")
    assert reply.headers["Location"] == f"/v1/requests/{REQUEST_ID}"
    payload, context = stand_ins.last("show_request")
    assert payload == {"request_id": REQUEST_ID, "wait_seconds": 5}
    assert context["key"] is None


@pytest.mark.parametrize(
    ("refusal", "status"),
    [("insufficient_coins", 409), ("redeemed_from_elder_age", 409), ("no_wallet", 404)],
)
def test_a_request_without_coins_is_refused_with_the_ledgers_reason(
    gateway: Running, stand_ins: StandIns, refusal: str, status: int
) -> None:
    refused = {"request_id": REQUEST_ID, "state": "refused", "refusal": refusal}
    stand_ins.says["submit_request"] = {"request_id": REQUEST_ID, "state": "submitted"}
    stand_ins.says["show_request"] = refused
    reply = gateway.post("/v1/requests", SUBMIT)
    assert (reply.status, reply.json["code"]) == (status, refusal)
    assert reply.json["fields"] == {"request_id": [REQUEST_ID]}


@pytest.mark.parametrize(
    "says", [{"request_id": REQUEST_ID, "state": "submitted"}, Unavailable(), DeadlineExceeded()]
)
def test_a_request_whose_outcome_is_open_is_accepted(
    gateway: Running, stand_ins: StandIns, says: Any
) -> None:
    stand_ins.says["submit_request"] = {"request_id": REQUEST_ID, "state": "submitted"}
    stand_ins.says["show_request"] = says
    reply = gateway.post("/v1/requests", SUBMIT)
    assert (reply.status, reply.json["state"]) == (202, "submitted")
    assert reply.headers["Location"] == f"/v1/requests/{REQUEST_ID}"


def test_a_demonstration_sets_the_time_of_a_call(
    demonstration: Running, stand_ins: StandIns
) -> None:
    headers = {"Timebank-Clock": "2026-11-25T10:00:00+08:00"}
    assert demonstration.get("/v1/categories", headers).status == 200
    now = stand_ins.last("list_categories")[1]["now"]
    assert datetime.fromisoformat(now) == datetime(2026, 11, 25, 2, tzinfo=UTC)


def test_production_refuses_to_have_its_time_set(gateway: Running) -> None:
    reply = gateway.get("/v1/categories", {"Timebank-Clock": "2026-11-25T10:00:00+08:00"})
    assert (reply.status, reply.json["code"]) == (400, "invalid_clock")


def test_it_is_ready_when_every_service_answers_and_not_when_one_does_not(
    gateway: Running, stand_ins: StandIns
) -> None:
    assert poll(lambda: gateway.get("/readyz").status == 200, 10)
    stand_ins.stop("rating")
    began = time.monotonic()
    reply = gateway.get("/readyz")
    assert time.monotonic() - began < 3
    assert reply.status == 503
    assert reply.json["checks"] == {
        "broker": True,
        "identity": True,
        "matching": True,
        "ledger": True,
        "rating": False,
    }


def test_a_service_that_does_not_answer_is_given_up_at_the_deadline(
    gateway: Running, stand_ins: StandIns
) -> None:
    stand_ins.stop("ledger")
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        Services(gateway.door.client)("ledger", "show_trial_balance", {}, deadline_seconds=0.5)
    assert time.monotonic() - began < 2


def test_it_finds_the_broker_again_after_the_connection_broke(
    gateway: Running, stand_ins: StandIns
) -> None:
    assert gateway.get("/v1/categories").status == 200
    gateway.door.client.close()
    assert not gateway.door.client.connected
    assert gateway.get("/v1/categories").status == 200


def test_too_many_at_once_are_sent_away_early_and_health_is_still_answered(
    gateway: Running, stand_ins: StandIns
) -> None:
    gate = eventlet.event.Event()
    stand_ins.says["list_categories"] = lambda *_: gate.wait()
    waiting = [eventlet.spawn(gateway.get, "/v1/categories") for _ in range(MOST_IN_FLIGHT)]
    assert poll(lambda: gateway.door.front.in_flight == MOST_IN_FLIGHT, 10)
    began = time.monotonic()
    refused = gateway.get("/v1/categories")
    assert (refused.status, refused.json["code"]) == (503, "overloaded")
    assert refused.headers["Retry-After"]
    assert gateway.get("/healthz").status == 200
    assert time.monotonic() - began < 1
    gate.send({"items": []})
    assert {each.wait().status for each in waiting} == {200}
    assert gateway.get("/v1/categories").status == 200


def test_a_request_under_way_is_answered_when_the_gateway_is_told_to_stop(
    gateway: Running, stand_ins: StandIns
) -> None:
    gate = eventlet.event.Event()
    stand_ins.says["list_categories"] = lambda *_: gate.wait()
    waiting = eventlet.spawn(gateway.get, "/v1/categories")
    assert poll(lambda: gateway.door.front.in_flight == 1, 5)
    stopping = eventlet.spawn(gateway.container.stop)
    assert poll(lambda: not gateway.server._is_accepting, 5)
    with pytest.raises(ConnectionError):
        gateway.get("/healthz")
    gate.send({"items": []})
    assert waiting.wait().status == 200
    stopping.wait()


def test_a_made_up_request_id_is_given_when_none_is_sane(gateway: Running) -> None:
    reply = gateway.get("/v1/categories", {"X-Request-ID": "a b;c"})
    assert uuid.UUID(reply.headers["X-Request-ID"])


def test_a_token_that_was_made_void_is_refused_within_seconds(
    gateway: Running, stand_ins: StandIns
) -> None:
    assert gateway.get(f"/v1/people/{PERSON}", bearer()).status == 200
    revoked = {"person_id": PERSON, "generation": 1, "revoked_at": "2026-11-25T02:00:00+00:00"}
    page = {"items": [revoked], "next_cursor": "d", "has_more": False}
    stand_ins.says["list_revocations"] = page

    def refusal_at(door: Running) -> Any:
        reply = door.get(f"/v1/people/{PERSON}", bearer())
        return reply if reply.status == 401 else None

    with serving(stand_ins.amqp_uri) as another:
        for door in (gateway, another):
            reply = poll(lambda door=door: refusal_at(door), 5)  # type: ignore[misc]
            assert reply and reply.json["code"] == "session_revoked"
    caller = stand_ins.last("list_revocations")[1]["caller"]
    assert caller == {"person_id": None, "roles": [["operator", "110000"]]}
