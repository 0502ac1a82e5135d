"""An HTTP request and its answer, free of any web framework."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.kernel.contract import Error


@dataclass(frozen=True)
class HttpRequest:
    """What came in; header names are lower case, ``flaw`` is why the body could not be read.

    ``peer`` is the address at the other end of the connection: a client's, or a proxy's.
    """

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    flaw: Error | None = None
    peer: str = ""


@dataclass(frozen=True)
class HttpAnswer:
    """What goes out."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(
    status: int,
    value: Any,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
) -> HttpAnswer:
    """
    >>> json_answer(200, {"minutes": 60}).body
    b'{"minutes":60}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return HttpAnswer(status, text.encode(), content_type, dict(headers or {}))


def file_answer(status: int, body: bytes, content_type: str, name: str) -> HttpAnswer:
    """A file that a browser saves under a name, which is plain ASCII without quotes."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpAnswer(status, body, content_type, headers)
