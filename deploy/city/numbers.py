"""ID and phone numbers of invented people: well-formed and never the same twice."""

from datetime import date

from services.identity.domain.id_number import check_digit


# Prefixes that no operator had given out in 2026: nobody's telephone rings.
CITY_PHONES = 161
VISITOR_PHONES = 154
# The three-digit sequence of an ID number tells who made it, so that no two makers collide.
STAFF_SEQUENCES = range(1, 100)
RESIDENT_SEQUENCES = range(100, 900)
VISITOR_SEQUENCES = range(900, 1000)


def make_id_number(region: str, born: date, sequence: int) -> str:
    """
    >>> make_id_number("110105", date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    first = f"{region}{born:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)


def is_male(sequence: int) -> bool:
    return sequence % 2 == 1


def city_phone(number: int) -> str:
    """The phone of the city's person with this number.

    >>> city_phone(18)
    '16100000018'
    """
    return f"{CITY_PHONES}{number:08d}"


def visitor_phone(number: int) -> str:
    """A phone for somebody who is registered later, as the demonstration and the tests do."""
    return f"{VISITOR_PHONES}{number:08d}"
