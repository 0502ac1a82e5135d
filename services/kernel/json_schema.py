"""JSON Schemas of all contracts, generated from marshmallow and kept under docs/contracts.

A published event may grow by optional facts and nothing else; anything more is a new version.
"""

import importlib
import json
import re
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from services.kernel.contract import Answer, Event, Request, descendants
from services.kernel.settings import SERVICES


DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path(__file__).parents[2] / "docs" / "contracts"


class BrokenPromise(Exception):
    """An event that is out in the world has changed in more than additions."""


def operation_name(request: type[Request]) -> str:
    """
    >>> from services.ledger.contract import GrantCoins
    >>> operation_name(GrantCoins)
    'grant_coins'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "_", request.__name__).lower()


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """One contract as a JSON Schema that stands alone."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda _: "")
    APISpec("contracts", "1", "3.1.0", plugins=[plugin])
    assert plugin.converter is not None
    document = plugin.converter.schema2jsonschema(schema())
    title = getattr(schema, "type", schema.__name__)
    words = " ".join((schema.__doc__ or "").split())
    return {"$schema": DIALECT, "title": title, "description": words, **document}


def contract_of(service: str) -> dict[str, Any]:
    """All events, requests and answers of a service's contract."""
    module = importlib.import_module(f"services.{service}.contract").__name__

    def own(base: type[Schema]) -> list[type[Any]]:
        found = [cls for cls in descendants(base) if f"{cls.__module__}.".startswith(f"{module}.")]
        return sorted(found, key=lambda cls: cls.__name__)

    return {
        "events": {event.type: json_schema(event) for event in own(Event)},
        "requests": {operation_name(each): json_schema(each) for each in own(Request)},
        "answers": {each.__name__: json_schema(each) for each in own(Answer)},
    }


def flaws(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader of the old event would miss in the new one.

    >>> flaws({"properties": {"a": {}}, "required": ["a"]}, {"properties": {"a": {}, "b": {}},
    ...       "required": ["a", "b"]})
    ['b has become required']
    """
    found = []
    for name, shape in old["properties"].items():
        if name not in new["properties"]:
            found.append(f"{name} is gone")
        elif new["properties"][name] != shape:
            found.append(f"{name} has another shape")
    was, now = set(old.get("required", [])), set(new.get("required", []))
    found += [f"{name} has become required" for name in sorted(now - was)]
    found += [f"{name} is no longer required" for name in sorted(was - now)]
    return found


def path_of(service: str) -> Path:
    return FOLDER / f"{service}.json"


def stored(service: str) -> dict[str, Any]:
    path = path_of(service)
    if not path.exists():
        return {"events": {}, "requests": {}, "answers": {}}
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def differences() -> list[str]:
    """Where the stored documents no longer say what the code says."""
    return [name for name in SERVICES if json.loads(rendered(name)) != stored(name)]


def rendered(service: str) -> str:
    return json.dumps(contract_of(service), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write() -> list[str]:
    """Store the documents; raises BrokenPromise, storing nothing, for more than additions."""
    for service in SERVICES:
        current = contract_of(service)["events"]
        for event, old in stored(service)["events"].items():
            found = flaws(old, current[event]) if event in current else ["it is gone"]
            if found:
                raise BrokenPromise(
                    f"{event}: {'; '.join(found)}. Publish a new version beside it."
                )
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        path_of(service).write_text(rendered(service))
    return [str(path_of(service)) for service in SERVICES]
