"""What the ledger must know of people: how old they are, and how they are related."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.identity.contract import Relation


BEIJING = ZoneInfo("Asia/Shanghai")

_UP_AND_DOWN = {
    Relation.PARENT: Relation.CHILD,
    Relation.GRANDPARENT: Relation.GRANDCHILD,
    Relation.GREAT_GRANDPARENT: Relation.GREAT_GRANDCHILD,
    Relation.PARENT_IN_LAW: Relation.CHILD_IN_LAW,
    Relation.GRANDPARENT_IN_LAW: Relation.GRANDCHILD_IN_LAW,
    Relation.SPOUSE: Relation.SPOUSE,
    Relation.SIBLING: Relation.SIBLING,
}
_OPPOSITE = _UP_AND_DOWN | {down: up for up, down in _UP_AND_DOWN.items()}


def age_at(birth_date: date, now: datetime) -> int:
    """Full years at a moment, by the calendar of Beijing.

    >>> from datetime import UTC
    >>> age_at(date(1966, 6, 2), datetime(2026, 6, 1, 15, 59, tzinfo=UTC))
    59
    >>> age_at(date(1966, 6, 2), datetime(2026, 6, 1, 16, 0, tzinfo=UTC))
    60
    """
    day = now.astimezone(BEIJING).date()
    before_birthday = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - before_birthday


def opposite(relation: Relation) -> Relation:
    """What the person is to the relative.

    >>> str(opposite(Relation.GRANDPARENT))
    'grandchild'
    """
    return _OPPOSITE[relation]
