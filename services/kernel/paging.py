"""Cursors for lists: opaque to the caller, a position in the sort order to us."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from services.kernel.contract import InvalidRequest
from services.kernel.wire import plain


T = TypeVar("T")


def encode_cursor(*position: Any) -> str:
    """
    >>> decode_cursor(encode_cursor(12, "a"))
    [12, 'a']
    """
    text = json.dumps(plain(position), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> list[Any]:
    """The position that a cursor stands for; raises InvalidRequest for one that we never gave."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]}) from error
    if not isinstance(position, list):
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]})
    return position


def read_cursor(cursor: str | None, read: Callable[[Any], T]) -> tuple[T, UUID] | None:
    """Where a page begins: a sort key and an id. Raises InvalidRequest for another list's.

    >>> read_cursor(None, moment) is None
    True
    """
    if cursor is None:
        return None
    position = decode_cursor(cursor)
    try:
        key, row_id = position
        return read(key), UUID(row_id)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidRequest(fields={"cursor": ["Not a cursor of ours."]}) from error


def moment(key: Any) -> datetime:
    """The sort key of a list by time; raises ValueError or TypeError for anything else."""
    read = datetime.fromisoformat(key)
    if read.tzinfo is None:
        raise ValueError("a moment without its zone")
    return read
