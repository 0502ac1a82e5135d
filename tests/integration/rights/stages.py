"""What a row needs before it can be played: a fresh object, and the people whom it concerns."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.kernel.caller import Caller


@dataclass(frozen=True)
class Scene:
    """An operation about to be called: with what, when, and who the personas are this time.

    ``truth`` is what the answer could show of the fields that not everybody sees whole.
    """

    payload: dict[str, Any]
    now: datetime
    people: Mapping[str, Caller] = field(default_factory=dict)
    truth: Mapping[str, Any] = field(default_factory=dict)


Stage = Callable[[Any], Scene]
STAGES: dict[str, dict[str, Stage]] = {"identity": {}, "matching": {}, "rating": {}, "ledger": {}}


def stage(service: str, row: str) -> Callable[[Stage], Stage]:
    """Registers the function that prepares a row of docs/rights/<service>.md, by the row's name."""

    def register(function: Stage) -> Stage:
        assert row not in STAGES[service], f"{row} has two stages"
        STAGES[service][row] = function
        return function

    return register


def stages_of(service: str) -> dict[str, Stage]:
    """All stages of a service, by the names of their rows."""
    package = importlib.import_module(f"{__package__}.{service}")
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return STAGES[service]
