"""Rating's tables and the functions that load and save them, one file per concept."""

from services.rating.storage.powers import end_power, powers_over, save_power
from services.rating.storage.ratings import add_rating, find_rating, is_rated
from services.rating.storage.reputation import (
    find_reputation,
    lock_reputation,
    save_reputation,
)
from services.rating.storage.tables import Base, RatingRow, ReputationRow, VisitRow
from services.rating.storage.tables_powers import PowerRow
from services.rating.storage.visits import find_visit, save_visit


__all__ = [
    "Base",
    "PowerRow",
    "RatingRow",
    "ReputationRow",
    "VisitRow",
    "add_rating",
    "end_power",
    "find_rating",
    "find_reputation",
    "find_visit",
    "is_rated",
    "lock_reputation",
    "powers_over",
    "save_power",
    "save_reputation",
    "save_visit",
]
