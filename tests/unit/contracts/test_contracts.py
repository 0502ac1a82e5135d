"""A contract that is out in the world may grow, but never change or shrink."""

import pytest

from services.kernel import json_schema
from services.kernel.contract import Error, Event, Request, descendants
from services.kernel.settings import SERVICES


CONTRACTS = {service: json_schema.contract_of(service) for service in SERVICES}
EVENTS = sorted(
    (event for event in descendants(Event) if event.__module__.startswith("services.")),
    key=lambda event: event.type,
)


@pytest.mark.parametrize("service", SERVICES)
def test_the_stored_schemas_say_what_the_code_says(service: str) -> None:
    assert json_schema.stored(service) == CONTRACTS[service], "run: make contracts"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_published_event_has_only_grown(event: type[Event]) -> None:
    old = json_schema.stored(event.source)["events"][event.type]
    assert json_schema.flaws(old, json_schema.json_schema(event)) == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_an_event_names_its_source_its_version_and_its_subject(event: type[Event]) -> None:
    assert f"{event.__module__}.".startswith(f"services.{event.source}.contract.")
    assert event.type.rpartition(".v")[2].isdecimal()
    assert event.subject in event().fields
    assert event.__doc__


@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        ({"properties": {}, "required": ["a"]}, "a is gone"),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, "a has another shape"),
        ({"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}, "b has become required"),
        ({"properties": {"a": {}}, "required": []}, "a is no longer required"),
    ],
)
def test_any_change_but_an_addition_is_a_broken_promise(change: dict, flaw: str) -> None:
    assert flaw in json_schema.flaws({"properties": {"a": {}}, "required": ["a"]}, change)


def test_an_optional_addition_keeps_the_promise() -> None:
    old = {"properties": {"a": {}}, "required": ["a"]}
    assert json_schema.flaws(old, {"properties": {"a": {}, "b": {}}, "required": ["a"]}) == []


def test_error_codes_are_unique_and_say_something() -> None:
    errors = [e for e in descendants(Error) if e.__module__.startswith("services.")]
    codes = [error.code for error in errors]
    assert sorted(codes) == sorted(set(codes))
    assert all(400 <= error.status <= 599 and error.__doc__ for error in errors)


def test_requests_refuse_fields_they_do_not_know() -> None:
    requests = [r for r in descendants(Request) if r.__module__.startswith("services.")]
    assert requests
    assert all(request().unknown == "raise" for request in requests)
