"""The tables of rights are whole: every operation, every persona, a stage for each row."""

import inspect

import pytest

from gateway.routes import ROUTES
from services.kernel.registry import service_class
from services.ledger.rewards import Rewards
from tests.integration.rights.stages import stages_of
from tests.integration.rights.table import (
    MAY,
    MAY_NOT,
    NOT_ASKED,
    NOTHING,
    PART,
    SERVICES,
    WHOLE,
    Row,
    rows_of,
    shown_by,
)


PERSONAS = {
    "identity": "nobody, resident, oneself, relative, agent, guardian, clerk, clerk elsewhere,"
    " district, district elsewhere, city, operator",
    "matching": "nobody, resident, elder, relative, agent, volunteer, guardian, clerk,"
    " clerk elsewhere, district, district elsewhere, city, operator",
    "rating": "nobody, resident, elder, relative, agent, volunteer, clerk, clerk elsewhere,"
    " district, district elsewhere, city, operator",
    "ledger": "nobody, resident, elder, relative, agent, clerk, clerk elsewhere,"
    " district, district elsewhere, city, operator",
}
# Of the ledger, points and rewards are written so far.
WRITTEN = {"ledger": Rewards}
# The right is there and the rules refuse: with these, and never with another's code.
RULES = {"403", "404", "409", "410", "422", "429"}
ROWS = [row for service in SERVICES for row in rows_of(service)]
SHOWN = [row for service in SERVICES for row in shown_by(service)]
each_service = pytest.mark.parametrize("service", SERVICES)
each_shown = pytest.mark.parametrize("row", SHOWN, ids=lambda row: f"{row.name}.{row.field}")
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.service}.{row.name}")


def operations_of(service: str) -> set[str]:
    """What can be called, of what the table has."""
    return callable_at(WRITTEN.get(service) or service_class(service))


def callable_at(cls: type) -> set[str]:
    """The methods that @command and @query have given a schema."""
    methods = inspect.getmembers(cls, inspect.isfunction)
    return {name for name, method in methods if hasattr(method, "schema")}


@each_service
def test_every_operation_has_a_row_and_every_row_an_operation(service: str) -> None:
    assert {row.operation for row in rows_of(service)} == operations_of(service)


@each_service
def test_every_row_has_one_stage_and_every_stage_a_row(service: str) -> None:
    names = [row.name for row in rows_of(service)]
    assert sorted(names) == sorted(stages_of(service))


@each_service
def test_every_operation_has_a_route(service: str) -> None:
    routed = {route.operation for route in ROUTES if route.service == service}
    assert routed == callable_at(service_class(service))


@each_row
def test_a_row_answers_for_every_persona(row: Row) -> None:
    assert ", ".join(persona for persona, _ in row.cells) == PERSONAS[row.service]


@each_row
def test_a_cell_is_a_sign_or_the_status_of_a_rule(row: Row) -> None:
    assert {expected for _, expected in row.cells} <= {MAY, MAY_NOT, NOT_ASKED, "401"} | RULES


@each_row
def test_who_is_not_signed_in_may_or_must_sign_in(row: Row) -> None:
    assert dict(row.cells)["nobody"] in (MAY, "401", NOT_ASKED)


# Nobody may any more once there is a policy; that somebody may before is shown with the policy.
ONLY_AT_THE_BEGINNING = {"adopt_policy"}


@each_service
def test_there_is_somebody_for_every_operation_who_may(service: str) -> None:
    allowed = {row.operation for row in rows_of(service) for _, cell in row.cells if cell == MAY}
    assert allowed == operations_of(service) - ONLY_AT_THE_BEGINNING


@each_service
def test_every_operation_says_what_somebody_not_signed_in_may(service: str) -> None:
    asked = {row.operation for row in rows_of(service) if dict(row.cells)["nobody"] != NOT_ASKED}
    assert asked == operations_of(service)


@each_shown
def test_what_is_shown_belongs_to_a_row_of_who_may(row: Row) -> None:
    (of,) = (each for each in rows_of(row.service) if each.name == row.name)
    assert [persona for persona, _ in row.cells] == [persona for persona, _ in of.cells]
    for (_, shown), (persona, expected) in zip(row.cells, of.cells, strict=True):
        allowed = {WHOLE, PART, NOTHING} if expected == MAY else {NOT_ASKED}
        assert shown in allowed, persona
