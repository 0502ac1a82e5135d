"""Distances on the ground."""

from math import asin, cos, radians, sin, sqrt

from services.matching.contract import TooFar


EARTH_RADIUS_METRES = 6_371_008.8


def haversine_metres(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """The way between two positions in degrees, as the crow flies.

    >>> round(haversine_metres(39.9042, 116.4074, 39.9087, 116.3975))
    981
    """
    half_lat = sin(radians(other_latitude - latitude) / 2) ** 2
    half_lon = sin(radians(other_longitude - longitude) / 2) ** 2
    both = cos(radians(latitude)) * cos(radians(other_latitude))
    return 2 * EARTH_RADIUS_METRES * asin(sqrt(min(1.0, half_lat + both * half_lon)))


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
