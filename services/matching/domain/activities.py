"""Group activities: how many places, what each holds, who pays and how much."""

from collections.abc import Sequence
from typing import TypeVar

from services.kernel.contract import InvalidRequest
from services.matching.contract import (
    InvalidWindow,
    NotForGroups,
    RequestState,
    SeatState,
    WrongState,
)
from services.matching.domain.items import Item, minutes_range
from services.matching.domain.policy import MatchingPolicy


Seat = TypeVar("Seat")

# From each state to those that may follow it. What is not listed is final.
SEAT_MOVES: dict[SeatState, frozenset[SeatState]] = {
    SeatState.SUBMITTED: frozenset(
        {SeatState.HELD, SeatState.REFUSED, SeatState.CANCELLED, SeatState.EXPIRED}
    ),
    SeatState.HELD: frozenset(
        {SeatState.ATTENDED, SeatState.ABSENT, SeatState.CANCELLED, SeatState.EXPIRED}
    ),
}
TAKEN = frozenset({SeatState.SUBMITTED, SeatState.HELD})
# Until it begins, places are taken and given back.
BEFORE_IT_BEGINS = frozenset(
    {RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.OPEN, RequestState.ACCEPTED}
)


def moved_seat(state: SeatState, to: SeatState) -> SeatState:
    """The state after the move; raises WrongState for a move that does not exist."""
    if to not in SEAT_MOVES.get(state, frozenset()):
        raise WrongState(fields={"state": str(state), "to": str(to)})
    return to


def check_before_it_begins(state: RequestState) -> None:
    if state not in BEFORE_IT_BEGINS:
        raise WrongState(fields={"state": str(state)})


def check_activity(
    item: Item, minutes: int, smallest_places: int, largest_places: int, policy: MatchingPolicy
) -> None:
    """Raise for an item that is not for groups, or numbers beyond the item's."""
    if item.largest_group == 1:
        raise NotForGroups
    smallest, largest = minutes_range(item, policy)
    if not smallest <= minutes <= largest:
        raise InvalidWindow(fields={"minutes": [f"From {smallest} to {largest} minutes."]})
    flaws: dict[str, list[str]] = {}
    if smallest_places < item.smallest_group:
        flaws["smallest_places"] = [f"At least the item's {item.smallest_group}."]
    if largest_places > item.largest_group:
        flaws["largest_places"] = [f"At most the item's {item.largest_group}."]
    elif largest_places < smallest_places:
        flaws["largest_places"] = ["It must not be below the fewest."]
    if flaws:
        raise InvalidRequest(fields=flaws)


def minutes_to_hold(minutes: int, smallest_places: int) -> int:
    """The most that one elder may have to pay: a share when only the fewest come.

    >>> minutes_to_hold(60, 7)
    9
    """
    return -(-minutes // smallest_places)


def payers(present: Sequence[Seat], absent: Sequence[Seat], smallest: int) -> list[Seat]:
    """Who pays: those who are there, and when they are too few, the first who stayed away.

    Their places were kept for them; else the others would pay more than is held for them.

    >>> payers(["a"], ["b", "c"], 2), payers(["a", "b"], ["c"], 2)
    (['a', 'b'], ['a', 'b'])
    """
    missing = max(0, smallest - len(present))
    return [*present, *absent[:missing]]


def shares(minutes: int, payers_count: int) -> list[int]:
    """The minutes split so that they differ by at most one and add up exactly.

    >>> shares(95, 4), sum(shares(95, 4))
    ([24, 24, 24, 23], 95)
    """
    if not payers_count:
        return []
    each, rest = divmod(minutes, payers_count)
    return [each + (place < rest) for place in range(payers_count)]
