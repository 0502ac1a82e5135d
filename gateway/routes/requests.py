"""The routes to what becomes of a request before somebody accepts it: matching's."""

from gateway.routes.route import REQUEST, create, show
from services.matching import contract as matching


REQUEST_ROUTES = [
    create(
        REQUEST + "/edits",
        matching.EditRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
    ),
    create(
        REQUEST + "/replacement",
        matching.ReplaceRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
        settles=True,
    ),
    create(
        REQUEST + "/review",
        matching.ReviewRequest,
        "matching",
        matching.RequestAnswer,
        location=REQUEST,
    ),
    show("/v1/reviews", matching.ListReviews, "matching", matching.RequestsAnswer),
]
