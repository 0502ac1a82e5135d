"""Which services there are and what each handles, read from the services themselves."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

from services.kernel.contract import Event
from services.kernel.settings import SERVICES


def service_class(name: str) -> type:
    """The nameko class of a service, e.g. LedgerService for "ledger"."""
    module = importlib.import_module(f"services.{name}.service")
    cls: type = getattr(module, f"{name.capitalize()}Service")
    return cls


def auditor_of(name: str) -> Callable[[], None]:
    """The process that audits a service's books, until told to stop."""
    run: Callable[[], None] = importlib.import_module(f"services.{name}.audit").run_auditor
    return run


def dispatcher_of(name: str) -> Callable[[], None]:
    """The process that computes a service's plans, until told to stop."""
    module = importlib.import_module(f"services.{name}.dispatching.dispatcher")
    run: Callable[[], None] = module.run_dispatcher
    return run


def handled_events() -> list[tuple[str, type[Event]]]:
    """Who listens to what: (service, event) for every handler."""
    found = []
    for name in SERVICES:
        for _, method in inspect.getmembers(service_class(name), inspect.isfunction):
            event: Any = getattr(method, "event", None)
            if event is not None:
                found.append((name, event))
    return sorted(found, key=lambda pair: (pair[0], pair[1].type))
