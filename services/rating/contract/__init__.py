"""What rating promises to the other services and to the gateway."""

from services.rating.contract.ratings import (
    AlreadyRated,
    Channel,
    NotTheElder,
    RateVisit,
    RatingAnswer,
    RatingGiven,
    RatingWindowClosed,
    ShowRating,
)
from services.rating.contract.reputation import (
    ReputationAnswer,
    ReputationChanged,
    ShowReputation,
)


__all__ = [
    "AlreadyRated",
    "Channel",
    "NotTheElder",
    "RateVisit",
    "RatingAnswer",
    "RatingGiven",
    "RatingWindowClosed",
    "ReputationAnswer",
    "ReputationChanged",
    "ShowRating",
    "ShowReputation",
]
