"""Ids that grow with time (UUID version 7, RFC 9562): new rows stay together in every index."""

import os
import time
from functools import lru_cache
from uuid import UUID


VERSION, VARIANT = 0x7, 0b10
RANDOM_BYTES = 10
REMEMBERED = 50_000


def new_id() -> UUID:
    """A new id: 48 bits of Unix milliseconds, then chance."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(RANDOM_BYTES), "big")
    high, low = chance >> 68, chance & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | VERSION << 76 | high << 64 | VARIANT << 62 | low)


def text_of(given: UUID) -> str:
    """As ``str`` does; a batch writes the same ids several times, and remembering is quicker."""
    return text_of_number(given.int)


@lru_cache(maxsize=REMEMBERED)
def text_of_number(number: int) -> str:
    return str(UUID(int=number))
