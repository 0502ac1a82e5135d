"""What a caller sends is read strictly: nothing is guessed, repaired or silently dropped."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import MalformedJson, MalformedRequest, UnsupportedMediaType
from gateway.exchange import HttpRequest
from gateway.payload import DEEPEST_NESTING, parse_object, payload_of
from services.kernel.contract import InvalidRequest


JSON = {"content-type": "application/json"}


def posted(body: bytes, headers: dict[str, str] = JSON, query: str = "") -> HttpRequest:
    return HttpRequest("POST", "/v1/gifts", query, headers, body)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": 01}',
        b'{"a": 1} {"b": 2}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\xff"}',
        '{"a": 1}'.encode("utf-16"),
        b" ",
        b"\0",
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse_object(body)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"true", b"[{}]"])
def test_json_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson, match="must be a JSON object"):
        parse_object(body)


@given(
    st.dictionaries(
        st.text(),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
    )
)
def test_every_plain_object_is_read_as_it_was_meant(value: dict[str, object]) -> None:
    assert parse_object(json.dumps(value, ensure_ascii=True).encode()) == value


@given(st.binary(max_size=200))
def test_no_bytes_whatever_do_more_than_be_refused(body: bytes) -> None:
    with suppress(MalformedJson):
        assert isinstance(parse_object(body), dict)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=gbk"},
        {"content-type": "application/jsonp"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_a_body_that_is_not_declared_as_json_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedMediaType):
        payload_of(posted(b"{}", headers), {}, has_body=True)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", 'application/json;charset="UTF-8"'],
)
def test_json_may_be_declared_in_any_of_its_spellings(content_type: str) -> None:
    request = posted(b'{"a": 1}', {"content-type": content_type})
    assert payload_of(request, {}, has_body=True) == {"a": 1}


def test_no_body_needs_no_content_type() -> None:
    assert payload_of(posted(b"", {}), {"id": "7"}, has_body=True) == {"id": "7"}


def test_path_and_body_are_one_payload() -> None:
    assert payload_of(posted(b'{"a": 1}'), {"id": "7"}, has_body=True) == {"id": "7", "a": 1}


def test_a_name_in_path_and_body_is_given_twice() -> None:
    with pytest.raises(InvalidRequest) as refused:
        payload_of(posted(b'{"id": "8"}'), {"id": "7"}, has_body=True)
    assert refused.value.fields == {"id": ["Given more than once."]}


@pytest.mark.parametrize("query", ["limit=1&limit=2", "id=8", "id=7"])
def test_a_name_given_twice_is_refused_even_with_the_same_value(query: str) -> None:
    with pytest.raises(InvalidRequest):
        payload_of(HttpRequest("GET", "/", query), {"id": "7"}, has_body=False)


def test_a_query_is_decoded_once() -> None:
    request = HttpRequest("GET", "/", "name=%E7%8E%8B%2525&empty=")
    assert payload_of(request, {}, has_body=False) == {"name": "王%25", "empty": ""}


def test_a_post_takes_nothing_from_the_query() -> None:
    with pytest.raises(InvalidRequest) as refused:
        payload_of(posted(b"{}", query="password=secret"), {}, has_body=True)
    assert refused.value.fields == {"password": ["This belongs in the body."]}


@pytest.mark.parametrize("query", ["a=%ff", "&".join(f"a{n}=1" for n in range(60))])
def test_a_query_that_cannot_be_read_is_refused(query: str) -> None:
    with pytest.raises(MalformedRequest):
        payload_of(HttpRequest("GET", "/", query), {}, has_body=False)


def test_a_get_with_a_body_is_refused() -> None:
    with pytest.raises(MalformedRequest):
        payload_of(HttpRequest("GET", "/", body=b"{}"), {}, has_body=False)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"note": "a\u0000b"}',
        rb'{"note": "\ud800"}',
        rb'{"note": {"deep": ["\u0000"]}}',
        rb'{"note": {"\u0000": 1}}',
        b'{"note": ' + b"[" * (DEEPEST_NESTING + 5) + b"]" * (DEEPEST_NESTING + 5) + b"}",
    ],
)
def test_text_that_no_database_keeps_is_refused_by_field(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refused:
        payload_of(posted(body), {}, has_body=True)
    assert set(refused.value.fields) == {"note"}


def test_a_nul_in_the_path_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        payload_of(HttpRequest("GET", "/"), {"id": "\0"}, has_body=False)
