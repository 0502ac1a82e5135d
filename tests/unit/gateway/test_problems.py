"""Every error becomes a problem with a stable type, its own status and a page that explains it."""

import json

import pytest

import gateway.routes  # noqa: F401  (loads every contract, and with them every error)
from gateway.exchange import HttpRequest
from gateway.pages import find_page
from gateway.problems import PROBLEM_TYPE, problem_answer
from services.kernel.contract import (
    Error,
    InternalError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    descendants,
)
from services.ledger.contract import InsufficientCoins


# Errors that tests define are no part of what is promised.
ERRORS = [cls for cls in descendants(Error) if not cls.__module__.startswith("tests")]


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_each_error_is_mapped(cls: type[Error]) -> None:
    answer = problem_answer(cls(fields={"minutes": ["Too many."]}), "story-7")
    body = json.loads(answer.body)
    assert answer.status == cls.status == body["status"]
    assert answer.content_type == PROBLEM_TYPE
    assert body["type"] == f"/problems/{cls.code}"
    assert body["code"] == cls.code
    assert body["title"] == (cls.__doc__ or "").strip().splitlines()[0]
    assert body["fields"] == {"minutes": ["Too many."]}
    assert body["correlation_id"] == "story-7"


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_each_problem_type_leads_to_its_description(cls: type[Error]) -> None:
    answer = find_page(HttpRequest("GET", f"/problems/{cls.code}"), dict)
    assert answer is not None
    assert answer.status == 200
    assert cls.code in answer.body.decode()
    assert str(cls.status) in answer.body.decode()


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.__name__)
def test_each_error_has_a_status_of_http_and_a_sentence(cls: type[Error]) -> None:
    assert 400 <= cls.status <= 599
    assert str(cls()).endswith(".")


def test_the_detail_is_the_sentence_of_the_occurrence_and_the_title_that_of_the_kind() -> None:
    body = json.loads(problem_answer(InsufficientCoins("30 minutes are missing."), "").body)
    assert body["detail"] == "30 minutes are missing."
    assert body["title"] == "There are not enough coins for this."


def test_an_error_of_a_newer_service_keeps_its_code_and_status() -> None:
    error = Error.from_wire({"code": "new_rule", "status": 409, "message": "A new rule."})
    answer = problem_answer(error, "")
    assert answer.status == 409
    assert json.loads(answer.body)["type"] == "/problems/new_rule"


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (Unauthenticated(), "WWW-Authenticate", 'Bearer realm="timebank"'),
        (Unavailable(), "Retry-After", "2"),
        (TooManyRequests(fields={"wait_minutes": [15]}), "Retry-After", "900"),
        (TooManyRequests(), "Retry-After", "60"),
    ],
)
def test_the_headers_that_http_wants_are_there(error: Error, name: str, value: str) -> None:
    assert problem_answer(error, "").headers[name] == value


def test_a_refused_token_is_told_from_a_missing_one() -> None:
    challenge = problem_answer(Unauthenticated(), "", token_given=True).headers["WWW-Authenticate"]
    assert challenge.endswith('error="invalid_token"')


def test_no_fields_are_shown_when_there_are_none() -> None:
    assert "fields" not in json.loads(problem_answer(InternalError(), "").body)
