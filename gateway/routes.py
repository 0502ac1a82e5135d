"""Every route of the API as data: the request it carries, to which service, what comes back."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus

from gateway.documents import STATEMENT_CSV, STATEMENT_PDF, Document
from gateway.errors import MethodNotAllowed, NoSuchPath
from services.identity import contract as identity
from services.kernel.contract import Answer, Request
from services.ledger import contract as ledger
from services.matching import contract as matching
from services.rating import contract as rating


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
    as a file to keep.
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

    @property
    def operation(self) -> str:
        return snake_case(self.request_class.__name__)

    @property
    def name(self) -> str:
        """The operation's name, and the kind of file when it is answered as one."""
        return f"{self.operation}_{self.document.ending}" if self.document else self.operation

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

IDENTITY_ROUTES = [
    create(
        "/v1/people",
        identity.RegisterPerson,
        "identity",
        identity.PersonAnswer,
        location=PERSON,
        open=True,
    ),
    show(PERSON, identity.ShowPerson, "identity", identity.PersonAnswer),
    create(
        PERSON + "/verification",
        identity.VerifyPerson,
        "identity",
        identity.PersonAnswer,
        location=PERSON,
    ),
    create(PERSON + "/roles", identity.AssignRole, "identity", identity.RoleAnswer),
    show(PERSON + "/kinships", identity.ListKinships, "identity", identity.KinshipsAnswer),
    create(
        PERSON + "/special-groups",
        identity.ApproveSpecialGroup,
        "identity",
        identity.SpecialGroupAnswer,
    ),
    create("/v1/kinships", identity.ClaimKinship, "identity", identity.KinshipAnswer),
    create(
        "/v1/kinships/{kinship_id}/confirmation",
        identity.ConfirmKinship,
        "identity",
        identity.KinshipAnswer,
    ),
    create(
        "/v1/sessions",
        identity.LogIn,
        "identity",
        identity.SessionAnswer,
        open=True,
        keyed=False,
    ),
    show("/v1/keys", identity.ShowPublicKeys, "identity", identity.PublicKeysAnswer, open=True),
    create(
        "/v1/policies",
        identity.AdoptPolicy,
        "identity",
        identity.PolicyAnswer,
        location=POLICY,
    ),
    show(POLICY, identity.ShowPolicy, "identity", identity.PolicyAnswer),
]

MATCHING_ROUTES = [
    show(
        "/v1/categories",
        matching.ListCategories,
        "matching",
        matching.CategoriesAnswer,
        open=True,
    ),
    create(
        "/v1/requests",
        matching.SubmitRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
        settles=True,
    ),
    show("/v1/requests", matching.ListRequests, "matching", matching.RequestsAnswer),
    show(
        "/v1/requests/nearby",
        matching.ListNearbyRequests,
        "matching",
        matching.RequestsAnswer,
    ),
    show(REQUEST, matching.ShowRequest, "matching", matching.RequestAnswer),
    create(
        REQUEST + "/acceptance",
        matching.AcceptRequest,
        "matching",
        matching.BookingAnswer,
        location=BOOKING,
    ),
    create(
        REQUEST + "/cancellation",
        matching.CancelRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
    ),
    show(BOOKING, matching.ShowBooking, "matching", matching.BookingAnswer),
    create(
        BOOKING + "/release",
        matching.ReleaseBooking,
        "matching",
        matching.BookingAnswer,
        location=BOOKING,
    ),
    create(
        BOOKING + "/check-in",
        matching.CheckIn,
        "matching",
        matching.VisitAnswer,
        location=VISIT,
    ),
    create(
        BOOKING + "/check-out",
        matching.CheckOut,
        "matching",
        matching.VisitAnswer,
        location=VISIT,
    ),
    show(VISIT, matching.ShowVisit, "matching", matching.VisitAnswer),
    create(
        VISIT + "/decision",
        matching.DecideException,
        "matching",
        matching.VisitAnswer,
        location=VISIT,
    ),
    Route("POST", "/v1/operations/sweep", matching.SweepDue, "matching", matching.SweepAnswer),
]

PRINTED = show(
    PERSON + "/statement/period", ledger.PrintStatement, "ledger", ledger.PrintedStatement
)
LEDGER_ROUTES = [
    show(REQUEST + "/hold", ledger.ShowHold, "ledger", ledger.HoldAnswer),
    create(BUDGET + "/top-ups", ledger.TopUpBudget, "ledger", ledger.BudgetAnswer, location=BUDGET),
    show(BUDGET, ledger.ShowBudget, "ledger", ledger.BudgetAnswer),
    create(
        "/v1/budget-transfers",
        ledger.TransferBudgets,
        "ledger",
        ledger.BudgetTransfersAnswer,
    ),
    create("/v1/grants", ledger.GrantCoins, "ledger", ledger.GrantAnswer),
    create(
        "/v1/grant-runs",
        ledger.PrepareGrantRun,
        "ledger",
        ledger.DryRunAnswer,
        location=GRANT_RUN,
    ),
    show("/v1/grant-runs", ledger.ListGrantRuns, "ledger", ledger.GrantRunsAnswer),
    show(GRANT_RUN, ledger.ShowGrantRun, "ledger", ledger.GrantRunFile),
    create(
        GRANT_RUN + "/start",
        ledger.StartGrantRun,
        "ledger",
        ledger.GrantRunAnswer,
        location=GRANT_RUN,
    ),
    create(
        GRANT_RUN + "/cancellation",
        ledger.CancelGrantRun,
        "ledger",
        ledger.GrantRunAnswer,
        location=GRANT_RUN,
    ),
    create("/v1/gifts", ledger.GiftCoins, "ledger", ledger.GiftAnswer),
    create("/v1/donations", ledger.DonateCoins, "ledger", ledger.DonationAnswer),
    create(PERSON + "/need", ledger.PublishNeed, "ledger", ledger.NeedAnswer),
    show(POOL, ledger.ShowPool, "ledger", ledger.PoolAnswer),
    create(
        POOL + "/allocations",
        ledger.AllocateFromPool,
        "ledger",
        ledger.AllocationAnswer,
        location=POOL,
    ),
    show(WALLET, ledger.ShowWallet, "ledger", ledger.WalletAnswer),
    *(
        create(WALLET + path, request_class, "ledger", ledger.WalletStateAnswer, location=WALLET)
        for path, request_class in (
            ("/freezing", ledger.FreezeWallet),
            ("/unfreezing", ledger.UnfreezeWallet),
        )
    ),
    create(
        WALLET + "/closing",
        ledger.CloseWallet,
        "ledger",
        ledger.ClosingAnswer,
        location=WALLET,
    ),
    create(
        "/v1/transfers/{transfer_id}/reversal",
        ledger.ReverseTransfer,
        "ledger",
        ledger.ReversalAnswer,
    ),
    create(WALLET + "/corrections", ledger.CorrectWallet, "ledger", ledger.CorrectionAnswer),
    show(PERSON + "/admission", ledger.ShowAdmission, "ledger", ledger.AdmissionAnswer),
    create(
        "/v1/applications",
        ledger.ApplyForCareHome,
        "ledger",
        ledger.ApplicationAnswer,
        location=APPLICATION,
    ),
    show("/v1/applications", ledger.ListApplications, "ledger", ledger.ApplicationsAnswer),
    show(APPLICATION, ledger.ShowApplication, "ledger", ledger.ApplicationFile),
    *(
        create(
            APPLICATION + path,
            request_class,
            "ledger",
            ledger.ApplicationAnswer,
            location=APPLICATION,
        )
        for path, request_class in (
            ("/review", ledger.ReviewApplication),
            ("/offer", ledger.OfferPlace),
            ("/answer", ledger.AnswerOffer),
            ("/withdrawal", ledger.WithdrawApplication),
            ("/lapse", ledger.LapseOffer),
        )
    ),
    create("/v1/rewards", ledger.AddReward, "ledger", ledger.RewardAnswer),
    show("/v1/rewards", ledger.ListRewards, "ledger", ledger.RewardsAnswer),
    create("/v1/rewards/{code}/changes", ledger.ChangeReward, "ledger", ledger.RewardAnswer),
    create("/v1/exchanges", ledger.ExchangePoints, "ledger", ledger.ExchangeAnswer),
    show("/v1/exchanges", ledger.ListExchanges, "ledger", ledger.ExchangesAnswer),
    create(
        "/v1/exchanges/{exchange_id}/hand-over",
        ledger.HandOverReward,
        "ledger",
        ledger.ExchangeAnswer,
    ),
    show(PERSON + "/statement", ledger.ShowStatement, "ledger", ledger.StatementAnswer),
    PRINTED,
    keep(PRINTED, STATEMENT_CSV),
    keep(PRINTED, STATEMENT_PDF),
    show(
        PERSON + "/statement/proofs", ledger.ShowProvenStatement, "ledger", ledger.ProvenStatement
    ),
    show(PERSON + "/earnings", ledger.ListEarnings, "ledger", ledger.EarningsAnswer),
    show(TRANSFER, ledger.ExplainTransfer, "ledger", ledger.Explanation),
    show(TRANSFER + "/proof", ledger.ShowTransferProof, "ledger", ledger.TransferProof),
    show("/v1/blocks", ledger.ListBlocks, "ledger", ledger.BlocksAnswer),
    show("/v1/ledger/audits", ledger.ListAudits, "ledger", ledger.AuditsAnswer),
    show("/v1/ledger/supply", ledger.ShowSupply, "ledger", ledger.SupplyAnswer),
    show("/v1/ledger/solvency", ledger.ShowSolvency, "ledger", ledger.SolvencyAnswer),
    show("/v1/ledger/trial-balance", ledger.ShowTrialBalance, "ledger", ledger.TrialBalanceAnswer),
]

RATING_ROUTES = [
    create(
        VISIT + "/rating",
        rating.RateVisit,
        "rating",
        rating.RatingAnswer,
        location=VISIT + "/rating",
    ),
    show(VISIT + "/rating", rating.ShowRating, "rating", rating.RatingAnswer),
    show(PERSON + "/reputation", rating.ShowReputation, "rating", rating.ReputationAnswer),
]

ROUTES = [*IDENTITY_ROUTES, *MATCHING_ROUTES, *LEDGER_ROUTES, *RATING_ROUTES]
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
