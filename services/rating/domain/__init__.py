"""The rules of rating, one file per concept: no database, no broker, no clock."""

from services.rating.domain.policy import (
    CertificatePolicy,
    DisputePolicy,
    RatingPolicy,
    Shrinkage,
    StarPolicy,
)
from services.rating.domain.ratings import (
    Conditions,
    Rating,
    Reply,
    may_rate,
    require_storable,
)
from services.rating.domain.reputation import Count, Counted, Reputation, Where
from services.rating.domain.rights import may_see_rating, signed_in
from services.rating.domain.states import (
    Act,
    State,
    closed_for,
    moved,
    require_open,
    state_at,
)
from services.rating.domain.visits import Visit


__all__ = [
    "Act",
    "CertificatePolicy",
    "Conditions",
    "Count",
    "Counted",
    "DisputePolicy",
    "Rating",
    "RatingPolicy",
    "Reply",
    "Reputation",
    "Shrinkage",
    "StarPolicy",
    "State",
    "Visit",
    "Where",
    "closed_for",
    "may_rate",
    "may_see_rating",
    "moved",
    "require_open",
    "require_storable",
    "signed_in",
    "state_at",
]
