"""How blocks are hashed and proofs are checked: standard library only, to be copied anywhere."""

import hashlib
import json
from collections.abc import Sequence


GENESIS_HASH = bytes(32)


def canonical(document: dict) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf_hash(document: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + document).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    level = list(leaves)
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\x01" + level[place] + level[place + 1]).digest()
            for place in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def block_hash(header: dict) -> bytes:
    return hashlib.sha256(b"\x02" + canonical(header)).digest()
