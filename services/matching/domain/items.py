"""The catalogue's items: which version is in force, and what it asks of a request (S6)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.kernel.contract import CITY_AREA, InvalidRequest
from services.matching.contract import Category, GroupOnly, InvalidWindow, ItemNotOffered
from services.matching.domain.policy import MatchingPolicy


@dataclass(frozen=True)
class Item:
    """One version of an item. ``district`` is the city's code for what is offered everywhere."""

    item_code: str
    version: int
    category: str
    district: str
    name_zh: str
    name_en: str
    needed_skill: str | None
    certificate_needed: bool
    smallest_minutes: int | None
    largest_minutes: int | None
    smallest_group: int
    largest_group: int
    needs_review: bool
    retired: bool
    in_force_from: datetime
    decided_by: UUID | None
    reason: str

    def is_of(self, district: str) -> bool:
        return self.district in (CITY_AREA, district)


def general_item(category: Category) -> str:
    """The item of a request that names a category alone."""
    return str(category)


def in_force(versions: Sequence[Item], now: datetime) -> Item | None:
    """The newest version that has begun; None when there is none, or it says retired."""
    begun = [version for version in versions if version.in_force_from <= now]
    newest = max(begun, key=lambda version: version.version, default=None)
    return None if newest is None or newest.retired else newest


def offered(versions: Sequence[Item], district: str, now: datetime) -> Item:
    """The version that a request of the district made now keeps; raises ItemNotOffered."""
    item = in_force(versions, now)
    if item is None:
        raise ItemNotOffered(fields={"why": "retired, or not in force yet"})
    if not item.is_of(district):
        raise ItemNotOffered(fields={"why": "another district's", "district": item.district})
    return item


def check_item(item: Item, category: Category | None, minutes: int, policy: MatchingPolicy) -> None:
    """Raise for a request of one elder that the item is not for, or minutes that it does not take.

    The item's own minutes never widen the policy's.
    """
    if category is not None and category != item.category:
        raise InvalidRequest(fields={"category": [f"The item is of {item.category}."]})
    if item.smallest_group > 1:
        raise GroupOnly(fields={"smallest_group": item.smallest_group})
    smallest, largest = minutes_range(item, policy)
    if not smallest <= minutes <= largest:
        raise InvalidWindow(fields={"minutes": [f"From {smallest} to {largest} minutes."]})


def minutes_range(item: Item, policy: MatchingPolicy) -> tuple[int, int]:
    """The fewest and the most minutes to ask for, by the item within the policy."""
    smallest = max(policy.smallest_request_minutes, item.smallest_minutes or 0)
    most = policy.largest_request_minutes
    return smallest, min(most, item.largest_minutes or most)


def check_rules(item: Item, skills: Collection[str], now: datetime, policy: MatchingPolicy) -> None:
    """Raise InvalidRequest, naming the fields, for a version that could never be followed."""
    flaws: dict[str, list[str]] = {}
    smallest, largest = minutes_range(item, policy)
    if smallest > largest:
        flaws["largest_minutes"] = [f"No length fits: from {smallest} to {largest} minutes."]
    if item.smallest_group > item.largest_group:
        flaws["largest_group"] = ["It must not be below the smallest group."]
    if item.needed_skill is not None and item.needed_skill not in skills:
        flaws["needed_skill"] = ["No skill of the catalogue."]
    if item.certificate_needed and item.needed_skill is None:
        flaws["certificate_needed"] = ["It certifies a skill; name the skill."]
    if item.in_force_from < now:
        flaws["in_force_from"] = ["It lies in the past."]
    if flaws:
        raise InvalidRequest(fields=flaws)
