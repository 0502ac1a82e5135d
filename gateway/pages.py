"""What is served beside the API: health, the API's description, and the meaning of each problem."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from swagger_ui_bundle import swagger_ui_path

from gateway.errors import MethodNotAllowed
from gateway.exchange import HttpAnswer, HttpRequest, json_answer
from gateway.openapi import openapi_document
from gateway.problems import problem_list, problem_page
from gateway.public import certificate_form


Readiness = Callable[[], dict[str, bool]]

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
DAY = {"Cache-Control": "public, max-age=86400"}
ASSETS: dict[str, tuple[Any, str]] = {
    "start.js": (files("gateway") / "assets" / "start.js", "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": (
        swagger_ui_path / "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
    ),
    "swagger-ui.css": (swagger_ui_path / "swagger-ui.css", "text/css; charset=utf-8"),
    "favicon-32x32.png": (swagger_ui_path / "favicon-32x32.png", "image/png"),
}


def find_page(request: HttpRequest, readiness: Readiness) -> HttpAnswer | None:
    """The page at this path, None when the path is not a page's; raises MethodNotAllowed."""
    make = page_at(request.path, request.query_string, readiness)
    if make is not None and request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(fields={"allow": ["GET", "HEAD"]})
    return make() if make is not None else None


def page_at(path: str, query_string: str, readiness: Readiness) -> Callable[[], HttpAnswer] | None:
    pages: dict[str, Callable[[], HttpAnswer]] = {
        "/": to_docs,
        "/healthz": healthy,
        "/readyz": lambda: ready(readiness()),
        "/openapi.json": openapi_page,
        "/docs": docs_page,
        "/problems": problem_list,
        "/certificates": lambda: certificate_form(query_string),
    }
    if path in pages:
        return pages[path]
    folder, _, name = path.rpartition("/")
    if folder == "/docs" and name in ASSETS:
        return lambda: asset(name)
    if folder == "/problems" and name:
        return lambda: problem_page(name)
    return None


def to_docs() -> HttpAnswer:
    return HttpAnswer(302, headers={"Location": "/docs"})


def healthy() -> HttpAnswer:
    """The process is alive; nobody else is asked."""
    return json_answer(200, {"alive": True})


def ready(state: dict[str, bool]) -> HttpAnswer:
    """Whether requests can be served now, with each part that they need."""
    is_ready = all(state.values())
    return json_answer(200 if is_ready else 503, {"ready": is_ready, "checks": state})


@cache
def openapi_page() -> HttpAnswer:
    return json_answer(200, openapi_document())


@cache
def docs_page() -> HttpAnswer:
    html = (files("gateway") / "assets" / "docs.html").read_bytes()
    headers = {"Content-Security-Policy": DOCS_POLICY}
    return HttpAnswer(200, html, "text/html; charset=utf-8", headers)


@cache
def asset(name: str) -> HttpAnswer:
    path, content_type = ASSETS[name]
    return HttpAnswer(200, path.read_bytes(), content_type, DAY)
