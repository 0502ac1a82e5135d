"""What a route is: one method on one path, the request it carries, and what comes back."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus

from gateway.documents import Document
from gateway.public import Page
from services.kernel.contract import Answer, Request


PERSON = "/v1/people/{person_id}"
WALLET = PERSON + "/wallet"
REQUEST = "/v1/requests/{request_id}"
BOOKING = "/v1/bookings/{booking_id}"
VISIT = "/v1/visits/{visit_id}"
BUDGET = "/v1/budgets/{district}"
TRANSFER = "/v1/transfers/{transfer_id}"
POOL = "/v1/pools/{pool}"
APPLICATION = "/v1/applications/{application_id}"
GRANT_RUN = "/v1/grant-runs/{run_id}"
POLICY = "/v1/policies/current"


def snake_case(name: str) -> str:
    """
    >>> snake_case("SubmitRequest")
    'submit_request'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True)
class Route:
    """One method on one path. ``keyed`` routes need an Idempotency-Key, ``open`` ones no token.

    ``location`` is where the thing that the answer shows can be read; ``settles`` marks the one
    route whose outcome another service decides a moment later. A ``document`` is the same answer
    as a file to keep, a ``page`` the same for people without an account. Of a ``limited`` one each
    client asks only so many times a minute.
    """

    method: str
    path: str
    request_class: type[Request]
    service: str
    answer_class: type[Answer]
    status: int = HTTPStatus.OK
    open: bool = False
    keyed: bool = False
    location: str = ""
    settles: bool = False
    document: Document | None = None
    page: Page | None = None
    limited: bool = False

    @property
    def operation(self) -> str:
        return snake_case(self.request_class.__name__)

    @property
    def name(self) -> str:
        """The operation's name, and the kind of file or page when it is answered as one."""
        if self.document:
            return f"{self.operation}_{self.document.ending}"
        return f"{self.operation}_page" if self.page else self.operation

    @property
    def summary(self) -> str:
        return (self.request_class.__doc__ or "").strip().splitlines()[0]

    @property
    def has_body(self) -> bool:
        return self.method == "POST"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path.replace(".", r"\.")))

    @property
    def path_names(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)\}", self.path))


def show(
    path: str,
    request_class: type[Request],
    service: str,
    answer_class: type[Answer],
    open: bool = False,
) -> Route:
    return Route("GET", path, request_class, service, answer_class, open=open)


def keep(route: Route, document: Document) -> Route:
    """The route that answers the same as a file, at the same path with the file's ending."""
    return replace(route, path=f"{route.path}.{document.ending}", document=document)


def create(
    path: str,
    request_class: type[Request],
    service: str,
    answer_class: type[Answer],
    location: str = "",
    open: bool = False,
    keyed: bool = True,
    settles: bool = False,
) -> Route:
    return Route(
        "POST",
        path,
        request_class,
        service,
        answer_class,
        status=HTTPStatus.CREATED,
        open=open,
        keyed=keyed,
        location=location,
        settles=settles,
    )
