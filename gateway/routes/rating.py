"""The routes to rating."""

from gateway.routes.route import PERSON, VISIT, create, show
from services.rating import contract as rating


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
