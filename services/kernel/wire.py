"""Plain JSON on every wire: what other languages can read, and nothing that only Python revives."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from services.kernel.ids import text_of


# What JSON knows itself; a subclass (an enum's member) is not of these types.
JSON_TYPES = frozenset((str, int, bool, float, type(None)))


def plain(value: Any) -> Any:
    """The value in JSON's own types: UUIDs and times as text, times in UTC.

    >>> plain({"at": datetime(2026, 1, 1, tzinfo=UTC), "ids": (UUID(int=1),)})
    {'at': '2026-01-01T00:00:00+00:00', 'ids': ['00000000-0000-0000-0000-000000000001']}
    """
    kind = type(value)
    if kind in JSON_TYPES:
        return value
    if kind is UUID:
        return text_of(value)
    if kind is dict:
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a time without its zone must not leave the process")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no plain JSON form")


def encoded(value: Any) -> str:
    """
    >>> encoded({"name": "王", "minutes": 60})
    '{"name":"王","minutes":60}'
    """
    return orjson.dumps(value).decode()


def fingerprint(operation: str, payload: Any, secret: bytes = b"") -> str:
    """The same for the same operation and body, whatever the order of its fields.

    With a secret nobody can guess a body (an ID number, a password) from its fingerprint.
    """
    text = json.dumps([operation, plain(payload)], sort_keys=True, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
