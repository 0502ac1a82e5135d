"""Errors as RFC 9457 problem details: the one place where an error becomes an HTTP answer."""

from html import escape
from typing import Any

from gateway.exchange import HttpAnswer, json_answer
from gateway.refusals import explanation_of
from services.kernel.contract import Error, NotFound


PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1>{content}</body></html>
"""


def title_of(cls: type[Error]) -> str:
    """The first line of the class's docstring: the same for every occurrence."""
    return (cls.__doc__ or "").strip().splitlines()[0]


def problem_body(error: Error, correlation_id: str) -> dict[str, Any]:
    known = Error.by_code.get(error.code, Error)
    body = {
        "type": f"/problems/{error.code}",
        "title": title_of(known),
        "status": error.status,
        "detail": str(error),
        "code": error.code,
        "correlation_id": correlation_id,
    }
    explained = {"explanation": explanation_of(error)}
    return body | ({"fields": error.fields} if error.fields else {}) | explained


def problem_answer(error: Error, correlation_id: str, token_given: bool = False) -> HttpAnswer:
    return json_answer(
        error.status,
        problem_body(error, correlation_id),
        headers_of(error, token_given),
        PROBLEM_TYPE,
    )


def headers_of(error: Error, token_given: bool) -> dict[str, str]:
    """What HTTP wants beside certain statuses."""
    if error.status == 401:
        flaw = ', error="invalid_token"' if token_given else ""
        return {"WWW-Authenticate": f'Bearer realm="timebank"{flaw}'}
    if error.status == 405:
        return {"Allow": ", ".join(error.fields.get("allow", []))}
    if error.status == 429:
        return {"Retry-After": str(wait_seconds_of(error))}
    if error.status == 503:
        return {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return {}


def wait_seconds_of(error: Error) -> int:
    """
    >>> from services.kernel.contract import TooManyRequests
    >>> wait_seconds_of(TooManyRequests(fields={"wait_minutes": [15]}))
    900
    """
    waits = error.fields.get("wait_minutes") or [1]
    return 60 * max((wait for wait in waits if isinstance(wait, int)), default=1)


def problem_page(code: str) -> HttpAnswer:
    """A short description of one code for people who follow a problem's ``type``."""
    cls = Error.by_code.get(code)
    if cls is None:
        raise NotFound
    words = escape((cls.__doc__ or "").strip())
    return page(code, f"<p>HTTP status {cls.status}</p><p>{words}</p>")


def problem_list() -> HttpAnswer:
    """All codes, with their statuses and meanings."""
    rows = "".join(
        f'<tr><td><a href="/problems/{code}">{code}</a></td><td>{cls.status}</td>'
        f"<td>{escape(title_of(cls))}</td></tr>"
        for code, cls in sorted(Error.by_code.items())
    )
    return page("Problems", f"<table>{rows}</table>")


def page(title: str, content: str) -> HttpAnswer:
    text = PAGE.format(title=escape(title), content=content)
    return HttpAnswer(200, text.encode(), "text/html; charset=utf-8")
