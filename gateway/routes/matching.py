"""The routes to matching."""

from gateway.routes.route import BOOKING, REQUEST, VISIT, Route, create, show
from services.matching import contract as matching


MATCHING_ROUTES = [
    create(
        "/v1/requests",
        matching.SubmitRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
        settles=True,
    ),
    show("/v1/requests", matching.ListRequests, "matching", matching.RequestsAnswer),
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
