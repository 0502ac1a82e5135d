"""Cursors for lists: opaque to the caller, a position in the sort order to us."""

import base64
import binascii
import json
from typing import Any

from services.kernel.contract import InvalidRequest
from services.kernel.wire import plain


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
