"""When a request is looked at before it opens, as the policy's conditions say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.matching.domain.items import Item


@dataclass(frozen=True)
class Submitted:
    """What the conditions ask about a request whose coins are held."""

    item: Item
    is_first: bool
    is_for_another: bool
    is_approved_series: bool = False


def needs_review(conditions: Iterable[Mapping[str, Any]], submitted: Submitted) -> bool:
    """Whether any condition holds. Of a series, one approved request stands for those that follow.

    >>> needs_review([], None), needs_review([{"when": "all"}], None)
    (False, True)
    """
    return any(holds(condition, submitted) for condition in conditions)


def holds(condition: Mapping[str, Any], submitted: Submitted) -> bool:
    """Whether one condition asks for a review; one that we do not know asks to be safe."""
    match condition.get("when"):
        case "first_request":
            asks = submitted.is_first
        case "for_another":
            asks = submitted.is_for_another
        case "item":
            asks = submitted.item.needs_review
        case "category":
            asks = submitted.item.category in condition.get("categories", ())
        case _:
            return True
    return asks and not submitted.is_approved_series
