"""The route table: everything the contracts offer can be reached, once."""

import pytest
from marshmallow.fields import Nested

from gateway.errors import MethodNotAllowed, NoSuchPath
from gateway.routes import ROUTES, Route, find_route
from services.identity import contract as identity
from services.kernel.contract import Request, descendants
from services.ledger import contract as ledger
from services.matching import contract as matching
from services.rating import contract as rating


CONTRACTS = {
    contract.__name__: contract.__name__.split(".")[1]
    for contract in (identity, matching, ledger, rating)
}
# What a device signs is the text of one of these; they come inside another request.
SIGNED = {matching.Capture, matching.CaptureBatch}


def service_of(cls: type) -> str | None:
    """Whose contract a request belongs to, be that one module or a folder of them."""
    homes = (name for name in CONTRACTS if f"{cls.__module__}.".startswith(f"{name}."))
    return next((CONTRACTS[name] for name in homes), None)


def parts_of(cls: type[Request]) -> set[type]:
    """The requests that another one contains or extends: never asked for by themselves."""
    fields = [getattr(each, "inner", each) for each in cls().fields.values()]
    nested = {type(each.schema) for each in fields if isinstance(each, Nested)}
    return nested | set(cls.__mro__[1:])


ASKED = [cls for cls in descendants(Request) if service_of(cls)]
PARTS = SIGNED.union(*(parts_of(cls) for cls in ASKED))
OFFERED = [cls for cls in ASKED if cls not in PARTS]


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_each_service_offers_something() -> None:
    assert {service_of(cls) for cls in OFFERED} == set(CONTRACTS.values())


@pytest.mark.parametrize("cls", OFFERED, ids=lambda cls: cls.__name__)
def test_every_request_of_the_contracts_has_one_route_to_its_own_service(cls: type) -> None:
    routes = [
        each for each in ROUTES if each.request_class is cls and not (each.document or each.page)
    ]
    assert [route.service for route in routes] == [service_of(cls)]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_every_path_leads_to_its_own_route(route: Route) -> None:
    path = route.path.format(**dict.fromkeys(route.path_names, "7"))
    found, values = find_route(route.method, path)
    assert found is route
    assert values == dict.fromkeys(route.path_names, "7")


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_path_names_only_fields_that_the_request_has(route: Route) -> None:
    assert set(route.path_names) <= set(route.request_class().fields)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_location_is_read_by_a_get_route_and_filled_from_the_answer(route: Route) -> None:
    if route.location:
        filled = route.location.format(**dict.fromkeys(route.answer_class().fields, "7"))
        assert find_route("GET", filled)[0].path == route.location


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_what_changes_something_needs_a_key_but_for_log_in_reads_and_sweep(route: Route) -> None:
    keyless = {
        identity.LogIn,
        identity.LogInWithCode,
        identity.LogInWithWeChat,
        identity.ConfirmPhone,
        identity.BindWeChat,
        identity.RevealContact,
        matching.SweepDue,
    }
    assert route.keyed == (route.method == "POST" and route.request_class not in keyless)


def test_only_registering_logging_in_keys_catalogue_certificates_and_announcements_are_open() -> (
    None
):
    assert {route.request_class for route in ROUTES if route.open} == {
        identity.RegisterPerson,
        identity.LogIn,
        identity.LogInWithCode,
        identity.LogInWithWeChat,
        identity.RequestLoginCode,
        identity.ShowPublicKeys,
        identity.ListPapers,
        rating.CheckCertificate,
        rating.ListAnnouncements,
        rating.ShowAnnouncement,
        matching.ListCategories,
        matching.ListItems,
        matching.ListLanguages,
        matching.ListSkills,
        matching.ShowItem,
        identity.ListDeclarations,
    }


def test_an_operation_is_named_after_its_request() -> None:
    assert find_route("GET", "/v1/requests/nearby")[0].operation == "list_nearby_requests"


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/people/", "/v1//people", "/v1/people/1/2/3", "/V1/keys"]
)
def test_an_unknown_path_is_refused(path: str) -> None:
    with pytest.raises(NoSuchPath):
        find_route("GET", path)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/requests", ["GET", "HEAD", "POST"]),
        ("POST", "/v1/requests/nearby", ["GET", "HEAD"]),
        ("GET", "/v1/grants", ["POST"]),
        ("OPTIONS", "/v1/keys", ["GET", "HEAD"]),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(method: str, path: str, allow: list[str]) -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        find_route(method, path)
    assert refused.value.fields == {"allow": allow}
