"""From path, query and body to one payload: strict, so that what is checked is what is meant."""

import json
import math
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from gateway.errors import MalformedJson, MalformedRequest, UnsupportedMediaType
from gateway.exchange import HttpRequest
from services.kernel.contract import InvalidRequest


MOST_QUERY_NAMES = 50
DEEPEST_NESTING = 32
GIVEN_TWICE = "Given more than once."
NOT_IN_QUERY = "This belongs in the body."
UNSTORABLE = f"Valid Unicode without NUL, nested at most {DEEPEST_NESTING} deep."


def payload_of(request: HttpRequest, path_values: dict[str, str], has_body: bool) -> dict[str, Any]:
    """Everything the caller named, each name once; raises the Error that says what is wrong."""
    if request.flaw is not None:
        raise request.flaw
    query = query_pairs(request.query_string)
    if has_body:
        refuse({name: NOT_IN_QUERY for name, _ in query})
        payload = merge(path_values.items(), body_object(request).items())
    elif request.body:
        raise MalformedRequest("This method takes no body.")
    else:
        payload = merge(path_values.items(), query)
    refuse({name: UNSTORABLE for name, value in payload.items() if not is_storable([name, value])})
    return payload


def refuse(reasons: dict[str, str]) -> None:
    if reasons:
        raise InvalidRequest(fields={name: [reason] for name, reason in reasons.items()})


def merge(*sources: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """
    >>> merge([("person_id", "1")], [("limit", "5")])
    {'person_id': '1', 'limit': '5'}
    """
    payload: dict[str, Any] = {}
    repeated = {}
    for name, value in (pair for source in sources for pair in source):
        if name in payload:
            repeated[name] = GIVEN_TWICE
        payload[name] = value
    refuse(repeated)
    return payload


def query_pairs(query_string: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_QUERY_NAMES,
        )
    except ValueError as error:
        raise MalformedRequest("The query cannot be read.") from error


def body_object(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object; no body at all is an empty one."""
    if not request.body:
        return {}
    if not is_plain_json(request.headers):
        raise UnsupportedMediaType
    return parse_object(request.body)


def is_plain_json(headers: Any) -> bool:
    """
    >>> is_plain_json({"content-type": "application/json; charset=UTF-8"})
    True
    >>> is_plain_json({"content-type": "text/plain"})
    False
    """
    media_type, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.replace('"', "").replace(" ", "").lower()
    return (
        media_type.strip().lower() == "application/json"
        and charset in ("", "charset=utf-8")
        and headers.get("content-encoding", "identity").lower() == "identity"
    )


def parse_object(body: bytes) -> dict[str, Any]:
    """
    >>> parse_object(b'{"minutes": 45}')
    {'minutes': 45}
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=each_name_once,
            parse_float=finite,
            parse_constant=no_constant,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedJson from error
    if not isinstance(value, dict):
        raise MalformedJson("The body must be a JSON object.")
    return value


def each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is given twice")
    return value


def finite(text: str) -> float:
    # 1e400 is valid JSON and reads as infinity.
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


def no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def is_storable(value: Any, depth: int = 0) -> bool:
    """Whether all text can go through UTF-8 and into a database, and nothing is nested too deep."""
    if depth > DEEPEST_NESTING + 1:
        return False
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(is_storable(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(is_storable(part, depth + 1) for part in value)
    return True
