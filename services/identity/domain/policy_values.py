"""Reading numbers out of a policy, refusing what makes no sense."""

from collections.abc import Mapping
from typing import Any

from services.kernel.contract import InvalidRequest


def positive(values: Mapping[str, Any], section: str, rule: str) -> int:
    rules = values.get(section)
    value = rules.get(rule) if isinstance(rules, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise refused(f"{section}.{rule} must be a whole number from 1.")
    return value


def refused(reason: str) -> InvalidRequest:
    return InvalidRequest(fields={"values": [reason]})
