"""The rules of rating, one file per concept: no database, no broker, no clock."""

from services.rating.domain.policy import RatingPolicy
from services.rating.domain.ratings import Rating, may_rate, require_open, require_storable
from services.rating.domain.reputation import Reputation
from services.rating.domain.rights import may_see_rating, signed_in
from services.rating.domain.visits import Visit


__all__ = [
    "Rating",
    "RatingPolicy",
    "Reputation",
    "Visit",
    "may_rate",
    "may_see_rating",
    "require_open",
    "require_storable",
    "signed_in",
]
