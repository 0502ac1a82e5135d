"""The small decisions of the front: keys, clocks, names of requests, and what leaves the house."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gateway.errors import IdempotencyKeyRequired, InvalidClock
from gateway.exchange import HttpRequest
from gateway.front import (
    Front,
    correlation_id_of,
    key_for,
    location_of,
    next_link_of,
    refusal_of,
    shaped,
)
from gateway.routes import find_route
from services.identity.contract import KinshipsAnswer
from services.ledger.contract import BudgetAnswer, InsufficientCoins, NoWallet


GIFTS = find_route("POST", "/v1/gifts")[0]
SESSIONS = find_route("POST", "/v1/sessions")[0]
REQUESTS = find_route("POST", "/v1/requests")[0]


def nobody_answers(*_: Any, **__: Any) -> dict[str, Any]:
    raise AssertionError("no service is to be asked")


def front(is_demonstration: bool = True) -> Front:
    return Front(nobody_answers, dict, 10, is_demonstration)


@pytest.mark.parametrize("key", ["12345678", "a" * 200, '"8e03978e-40d5"', "with a space"])
def test_a_key_of_8_to_200_printable_characters_is_taken(key: str) -> None:
    assert key_for(GIFTS, {"idempotency-key": key}) == key


@pytest.mark.parametrize("key", ["", "1234567", "a" * 201, "        ", "tab\tinside", "wörter-mit"])
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(IdempotencyKeyRequired):
        key_for(GIFTS, {"idempotency-key": key})


def test_logging_in_needs_no_key() -> None:
    assert key_for(SESSIONS, {}) is None


def test_a_demonstration_sets_the_clock_of_a_call() -> None:
    moment = front().clock_of({"timebank-clock": "2026-11-25T10:00:00+08:00"})
    assert moment == datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-25",
        "2026-11-25T10:00:00",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
    ],
)
def test_a_clock_without_a_sane_moment_and_its_offset_is_refused(text: str) -> None:
    with pytest.raises(InvalidClock):
        front().clock_of({"timebank-clock": text})


def test_production_refuses_to_have_its_clock_set() -> None:
    with pytest.raises(InvalidClock):
        front(is_demonstration=False).clock_of({"timebank-clock": "2026-11-25T10:00:00+08:00"})
    assert front(is_demonstration=False).clock_of({}) is None


def test_a_sane_request_id_is_kept() -> None:
    assert correlation_id_of({"x-request-id": "visit-42"}) == "visit-42"


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a\nb", "<b>", "编号"])
def test_any_other_request_id_is_replaced(given: str) -> None:
    assert UUID(correlation_id_of({"x-request-id": given}))


def test_only_what_the_contract_promises_leaves() -> None:
    inner = {"district": "110105", "minutes": 60, "login": "secret"}
    assert shaped(BudgetAnswer(), inner) == {"district": "110105", "minutes": 60}
    kinship = {"kinship_id": "1", "note": "secret"}
    assert shaped(KinshipsAnswer(), {"items": [kinship]}) == {"items": [{"kinship_id": "1"}]}


def test_a_refusal_is_raised_as_the_error_its_code_names() -> None:
    shown = {"request_id": "7", "refusal": "insufficient_coins"}
    assert isinstance(refusal_of(shown), InsufficientCoins)
    assert isinstance(refusal_of(shown | {"refusal": "no_wallet"}), NoWallet)
    assert refusal_of(shown).fields == {"request_id": ["7"]}


def test_a_refusal_that_we_do_not_know_is_a_conflict_under_its_own_code() -> None:
    error = refusal_of({"request_id": "7", "refusal": "newer_rule"})
    assert (error.code, error.status) == ("newer_rule", 409)


def test_a_created_thing_says_where_it_can_be_read() -> None:
    assert location_of(REQUESTS, {"request_id": "7"}) == {"Location": "/v1/requests/7"}
    assert location_of(GIFTS, {"gift_id": "7"}) == {}


def test_the_next_page_is_linked_with_the_same_question() -> None:
    request = HttpRequest("GET", "/v1/requests", "elder_id=1&cursor=old&limit=5")
    link = next_link_of(request, {"next_cursor": "a=b&c"})["Link"]
    assert link == '</v1/requests?elder_id=1&limit=5&cursor=a%3Db%26c>; rel="next"'
    assert next_link_of(request, {"next_cursor": None}) == {}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/people", 405),
        ("POST", "/docs", 405),
        ("GET", "/problems/unheard_of", 404),
        ("GET", "/v1/policies/current", 401),
        ("GET", "/v1/categories?limit=1", 404),
    ],
)
def test_what_no_service_need_decide_is_answered_without_one(
    method: str, path: str, status: int
) -> None:
    answer = front().answer(HttpRequest(method, path))
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert UUID(answer.headers["X-Request-ID"])


def test_an_unknown_field_is_named() -> None:
    answer = front().answer(HttpRequest("GET", "/v1/categories", "colour=red"))
    assert answer.status == 422
    assert b'"fields":{"colour":["Unknown field."]}' in answer.body


def test_a_fault_of_ours_shows_nothing_of_itself() -> None:
    answer = front().answer(HttpRequest("GET", "/v1/categories"))
    assert answer.status == 500
    assert b"no service is to be asked" not in answer.body
    assert b"AssertionError" not in answer.body


def test_health_is_answered_when_all_places_are_taken_and_others_are_sent_away() -> None:
    full = Front(nobody_answers, dict, most_in_flight=0)
    assert full.answer(HttpRequest("GET", "/healthz")).status == 200
    refused = full.answer(HttpRequest("GET", "/v1/categories"))
    assert refused.status == 503
    assert refused.headers["Retry-After"]
    assert full.in_flight == 0
