"""Every route of the API as data: the request it carries, to which service, what comes back."""

from gateway.errors import MethodNotAllowed, NoSuchPath
from gateway.routes.accounts import ACCOUNT_ROUTES
from gateway.routes.activities import ACTIVITY_ROUTES
from gateway.routes.catalogue import CATALOGUE_ROUTES
from gateway.routes.certificates import CERTIFICATE_ROUTES
from gateway.routes.dispatch import DISPATCH_ROUTES
from gateway.routes.disputes import DISPUTE_ROUTES
from gateway.routes.family import FAMILY_ROUTES
from gateway.routes.finding import FINDING_ROUTES
from gateway.routes.groups import GROUP_ROUTES
from gateway.routes.identity import IDENTITY_ROUTES
from gateway.routes.ledger import LEDGER_ROUTES
from gateway.routes.log_ins import LOG_IN_ROUTES
from gateway.routes.matching import MATCHING_ROUTES
from gateway.routes.organisations import ORGANISATION_ROUTES
from gateway.routes.policies import POLICY_ROUTES
from gateway.routes.programmes import PROGRAMME_ROUTES
from gateway.routes.rating import RATING_ROUTES
from gateway.routes.requests import REQUEST_ROUTES
from gateway.routes.rewards import REWARD_ROUTES
from gateway.routes.route import Route
from gateway.routes.selections import SELECTION_ROUTES
from gateway.routes.series import SERIES_ROUTES
from gateway.routes.verification import VERIFICATION_ROUTES
from gateway.routes.visits import VISIT_ROUTES


__all__ = ["ROUTES", "Route", "find_route"]

ROUTES = [
    *IDENTITY_ROUTES,
    *POLICY_ROUTES,
    *GROUP_ROUTES,
    *ACCOUNT_ROUTES,
    *FAMILY_ROUTES,
    *VERIFICATION_ROUTES,
    *LOG_IN_ROUTES,
    *ORGANISATION_ROUTES,
    *CATALOGUE_ROUTES,
    *MATCHING_ROUTES,
    *REQUEST_ROUTES,
    *VISIT_ROUTES,
    *SERIES_ROUTES,
    *FINDING_ROUTES,
    *DISPATCH_ROUTES,
    *ACTIVITY_ROUTES,
    *LEDGER_ROUTES,
    *PROGRAMME_ROUTES,
    *RATING_ROUTES,
    *SELECTION_ROUTES,
    *DISPUTE_ROUTES,
    *REWARD_ROUTES,
    *CERTIFICATE_ROUTES,
]
# A fixed path such as /v1/requests/nearby comes before /v1/requests/{request_id}.
BY_PRECEDENCE = sorted(ROUTES, key=lambda route: len(route.path_names))


def find_route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    """The route and its path values; raises NoSuchPath, or MethodNotAllowed naming the methods.

    >>> find_route("GET", "/v1/requests/7/hold")[1]
    {'request_id': '7'}
    """
    allowed: set[str] = set()
    for route in BY_PRECEDENCE:
        match = route.pattern.fullmatch(path)
        if match and method in methods_of(route):
            return route, match.groupdict()
        if match:
            allowed.update(methods_of(route))
    if allowed:
        raise MethodNotAllowed(fields={"allow": sorted(allowed)})
    raise NoSuchPath


def methods_of(route: Route) -> tuple[str, ...]:
    return ("GET", "HEAD") if route.method == "GET" else (route.method,)
