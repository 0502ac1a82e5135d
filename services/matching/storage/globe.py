"""Places on a globe of radius 1, as the index knows them; distances along the ground."""

from math import asin, sin
from typing import Any

from sqlalchemy import ColumnElement, Float, func, text
from sqlalchemy.orm import Session

from services.matching.domain import EARTH_RADIUS_METRES


DIMENSIONS = 3


def on_globe(latitude: Any, longitude: Any) -> ColumnElement[Any]:
    return func.on_globe(latitude, longitude)


def chord(place: ColumnElement[Any], here: ColumnElement[Any]) -> ColumnElement[float]:
    """The straight way through the globe; ordered by it, an index gives the nearest first."""
    return place.op("<->", return_type=Float())(here)


def around(
    place: ColumnElement[Any], here: ColumnElement[Any], metres: float
) -> ColumnElement[bool]:
    """Whether a place is in the cube around another that holds all within so many metres."""
    return place.op("<@")(func.cube_enlarge(here, chord_of(metres), DIMENSIONS))


def nearest_first(session: Session) -> None:
    """Have the rest of the transaction follow an index's order instead of sorting.

    PostgreSQL has no statistics of cubes: it takes every cube to hold a handful of places, which it
    would read all and sort, when it is to read a page of thousands.
    """
    session.execute(text("set local enable_sort = off"))


def chord_of(metres: float) -> float:
    """
    >>> round(chord_of(1000), 9)
    0.000156961
    """
    return 2 * sin(metres / EARTH_RADIUS_METRES / 2)


def metres_of(straight: float) -> float:
    """
    >>> round(metres_of(chord_of(5000)))
    5000
    """
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, straight / 2))
