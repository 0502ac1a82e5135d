"""How disputes go, in numbers without names: what is too few to hide a person is not shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.rating.contract import Claim, Level, Outcome


@dataclass(frozen=True)
class Told:
    """What the statistics look at of one dispute: nobody is in it."""

    district: str
    claim: Claim
    opened_at: datetime
    outcome: Outcome | None = None
    level: Level | None = None
    decided_at: datetime | None = None
    is_appealed: bool = False


def counted(district: str, disputes: Iterable[Told], least: int) -> dict[str, Any]:
    """The counts of one district; of its disputes the last word counts, on its level."""
    told = list(disputes)
    decided = [each for each in told if each.outcome is not None]
    days = [(each.decided_at - each.opened_at).days for each in told if each.decided_at]
    opened, appealed = len(told), sum(each.is_appealed for each in told)
    return {
        "district": district,
        "opened": shown(opened, least),
        "appealed": shown(appealed, least) if shown(opened, least) is not None else None,
        "by_claim": shares(Claim, (each.claim for each in told), least),
        "by_outcome": shares(Outcome, (each.outcome for each in decided), least),
        "by_level": shares(Level, (each.level for each in decided), least),
        "days_to_decide": middle(days) if days and len(days) >= least else None,
    }


def middle(days: list[int]) -> int:
    """The median, the lower of two.

    >>> middle([9, 1, 3, 2])
    2
    """
    return sorted(days)[(len(days) - 1) // 2]


def shown(count: int, least: int) -> int | None:
    """Nothing where there are some, but too few.

    >>> shown(0, 5), shown(4, 5), shown(5, 5)
    (0, None, 5)
    """
    return count if count == 0 or count >= least else None


def shares(kinds: type[StrEnum], found: Iterable[StrEnum | None], least: int) -> dict[str, Any]:
    """How many of each kind. One that is hidden alone, or with few, would be found by subtraction.

    >>> shares(Level, [Level.STREET] * 9 + [Level.DISTRICT] * 6 + [Level.CITY] * 2, 5)
    {'street': 9, 'district': None, 'city': None}
    """
    counts = Counter(found)
    of_kind = {str(kind): counts[kind] for kind in kinds}
    hidden = {kind for kind, count in of_kind.items() if shown(count, least) is None}
    while hidden and is_told_by_sum([of_kind[kind] for kind in hidden], least):
        others = {kind: count for kind, count in of_kind.items() if kind not in hidden}
        if not others:
            break
        hidden |= smallest(others)
    return {kind: None if kind in hidden else count for kind, count in of_kind.items()}


def is_told_by_sum(hidden: list[int], least: int) -> bool:
    """Whether the sum tells what is hidden: of one alone, or of all as small or large as can be.

    >>> [is_told_by_sum(hidden, 5) for hidden in ([4], [1, 1], [4, 4], [2, 6], [3, 4])]
    [True, True, True, False, False]
    """
    total, most = sum(hidden), len(hidden) * (least - 1)
    is_largest = total == most and max(hidden) < least
    return len(hidden) == 1 or is_largest or total < max(least, len(hidden) + 1)


def smallest(counts: Mapping[str, int]) -> set[str]:
    """The smallest that is not zero, if there is one: hiding nothing hides nobody.

    Those that are alike go together: which of them was taken would tell something, too.
    """
    least = min(counts.values(), key=lambda count: (count == 0, count))
    return {kind for kind, count in counts.items() if count == least}
