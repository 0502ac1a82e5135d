"""The published description is whole: every route, every reference, every example."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.exchange import HttpRequest
from gateway.openapi import examples, openapi_document
from gateway.pages import DOCS_POLICY, find_page
from gateway.problems import PROBLEM_TYPE
from gateway.routes import ROUTES, Route


DOCUMENT = openapi_document()


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


def resolve(reference: str) -> Any:
    found: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def operation_of(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def name_of(route: Route) -> str:
    return route.name


def test_every_reference_leads_somewhere() -> None:
    references = [node["$ref"] for node in nodes(DOCUMENT) if isinstance(node.get("$ref"), str)]
    assert len(references) > len(ROUTES)
    assert all(resolve(reference) for reference in references)


def test_it_describes_the_routes_and_nothing_else() -> None:
    described = {
        (method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods
    }
    assert described == {(route.method, route.path) for route in ROUTES}


def test_operation_ids_are_unique() -> None:
    ids = [operation_of(route)["operationId"] for route in ROUTES]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_operation_says_what_it_does_and_answers(route: Route) -> None:
    operation = operation_of(route)
    assert operation["summary"].endswith((".", ";"))
    content = operation["responses"][str(int(route.status))]["content"]
    if route.document:
        assert list(content.values()) == [{"schema": {"type": "string", "format": "binary"}}]
    elif route.page:
        assert content == {"text/html": {"schema": {"type": "string"}}}
    else:
        schema = content["application/json"]["schema"]
        assert schema["$ref"].endswith(f"/{route.answer_class.__name__}")
    problem = resolve(operation["responses"]["422"]["$ref"])
    assert set(problem["content"]) == {PROBLEM_TYPE}


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_field_of_a_request_is_described_once_where_it_is_sent(route: Route) -> None:
    operation = operation_of(route)
    named = [each for each in operation["parameters"] if "name" in each]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    described = [each["name"] for each in named] + list(
        body.get("schema", {}).get("properties", {})
    )
    assert sorted(described) == sorted(route.request_class().fields)
    in_path = {each["name"] for each in named if each["in"] == "path"}
    assert in_path == set(route.path_names)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_keyed_operation_asks_for_the_key_and_a_closed_one_for_the_token(route: Route) -> None:
    operation = operation_of(route)
    references = [each.get("$ref") for each in operation["parameters"]]
    assert ("#/components/parameters/IdempotencyKey" in references) == route.keyed
    assert ({} in operation["security"]) == route.open


@pytest.mark.parametrize("name", examples())
def test_every_example_is_a_request_that_its_contract_accepts(name: str) -> None:
    (route,) = [route for route in ROUTES if route.request_class.__name__ == name]
    codes = {"code": "towel-110105", "item_code": "pickled-cabbage"}
    codes |= {"declaration": "privacy_notice"}
    values = (
        codes
        | {"district": "110105", "pool": "110105"}
        | dict.fromkeys(
            (
                "person_id",
                "kinship_id",
                "guardianship_id",
                "request_id",
                "invitation_id",
                "booking_id",
                "visit_id",
                "dispute_id",
                "application_id",
                "exchange_id",
                "run_id",
                "transfer_id",
                "device_id",
                "series_id",
                "strike_id",
                "programme_id",
                "certificate_id",
                "selection_id",
            ),
            "0b8f3c6e-64d7-4f0a-9f43-7f0f6f2f1a01",
        )
    )
    path_values = {name: values[name] for name in route.path_names}
    assert route.request_class.parse(path_values | examples()[name])


def test_it_is_served_as_json() -> None:
    answer = find_page(HttpRequest("GET", "/openapi.json"), dict)
    assert answer is not None
    assert json.loads(answer.body) == DOCUMENT


def test_the_docs_page_loads_only_what_we_serve_ourselves_and_runs_no_inline_script() -> None:
    answer = find_page(HttpRequest("GET", "/docs"), dict)
    assert answer is not None
    html = answer.body.decode()
    assert "http" not in html
    assert html.count("<script") == html.count('<script src="/docs/') == 2
    assert answer.headers["Content-Security-Policy"] == DOCS_POLICY
    for name in ("start.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"):
        asset = find_page(HttpRequest("GET", f"/docs/{name}"), dict)
        assert f"/docs/{name}" in html
        assert asset is not None
        assert asset.status == 200
        assert asset.body


@pytest.mark.parametrize("path", ["/docs/", "/docs/../service.py", "/docs/swagger-ui.css.map"])
def test_nothing_else_of_the_package_is_served(path: str) -> None:
    assert find_page(HttpRequest("GET", path), dict) is None
