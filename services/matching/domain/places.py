"""Distances on the ground."""

from math import asin, cos, degrees, pi, radians, sin, sqrt

from services.matching.contract import TooFar


EARTH_RADIUS_METRES = 6_371_008.8


def haversine_metres(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """The way between two positions in degrees, as the crow flies.

    >>> round(haversine_metres(39.9042, 116.4074, 39.9087, 116.3975))
    982
    """
    half_lat = sin(radians(other_latitude - latitude) / 2) ** 2
    half_lon = sin(radians(other_longitude - longitude) / 2) ** 2
    both = cos(radians(latitude)) * cos(radians(other_latitude))
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(min(1.0, half_lat + both * half_lon)))


def box_around(
    latitude: float, longitude: float, metres: float
) -> tuple[float, float, float, float]:
    """South, west, north and east of a box that holds every place at most so far away.

    >>> [round(side, 3) for side in box_around(39.9, 116.4, 5000)]
    [39.855, 116.341, 39.945, 116.459]
    """
    arc = metres / EARTH_RADIUS_METRES
    high = degrees(arc)
    # Near the poles every meridian is near.
    reaches_pole = abs(radians(latitude)) + arc >= pi / 2
    wide = 180.0 if reaches_pole else degrees(asin(sin(arc) / cos(radians(latitude))))
    return latitude - high, longitude - wide, latitude + high, longitude + wide


def check_within(
    latitude: float,
    longitude: float,
    place_latitude: float,
    place_longitude: float,
    allowed_metres: int,
) -> None:
    """Raise TooFar, with both distances, for somebody who is not at the place (S7)."""
    distance = haversine_metres(latitude, longitude, place_latitude, place_longitude)
    if distance > allowed_metres:
        raise TooFar(fields={"distance_metres": round(distance), "allowed_metres": allowed_metres})
