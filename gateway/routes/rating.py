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
    create(
        VISIT + "/rating/edits",
        rating.EditRating,
        "rating",
        rating.RatingAnswer,
        location=VISIT + "/rating",
    ),
    create(
        VISIT + "/rating/answer",
        rating.AnswerRating,
        "rating",
        rating.RatingAnswer,
        location=VISIT + "/rating",
    ),
    create(
        VISIT + "/conditions",
        rating.RateConditions,
        "rating",
        rating.ConditionsKept,
    ),
    show(VISIT + "/conditions", rating.ShowConditions, "rating", rating.ConditionsAnswer),
    create(
        "/v1/rating-sheets/preview",
        rating.PreviewRatingSheet,
        "rating",
        rating.RatingSheetAnswer,
    ),
    create("/v1/rating-sheets", rating.EnterRatingSheet, "rating", rating.RatingSheetAnswer),
    show("/v1/complaints", rating.ListComplaints, "rating", rating.ComplaintsAnswer),
    show(PERSON + "/stars", rating.ShowStars, "rating", rating.StarsAnswer),
    show(
        PERSON + "/reputation/recount",
        rating.RecountReputation,
        "rating",
        rating.RecountAnswer,
    ),
    show(PERSON + "/reputation", rating.ShowReputation, "rating", rating.ReputationAnswer),
]
