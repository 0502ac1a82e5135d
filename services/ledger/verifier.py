#!/usr/bin/env python3
"""Checks a holder's saved statement: one file, standard library only, to be copied anywhere.

    python verifier.py statement.json [--headers headers.jsonl] [--person UUID]

A transfer is hashed as canonical JSON; the hashes of a block make a Merkle tree (RFC 6962); each
block's header carries the tree's root and the hash of the block before. So a statement can be
checked years later, without any database, against one published hash. The ledger itself hashes
with these very functions.

Exit code: 0 all is as it was, 1 something differs, 2 the file cannot be read.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5


GENESIS_HASH = bytes(32)
LEAF, NODE, BLOCK = b"\x00", b"\x01", b"\x02"
# The namespace of all account ids: an account's id follows from its name.
LEDGER_IDS = UUID("6f0d2f0e-6a1c-5d1b-9c39-0d6a4c1f7e11")
PROVENANCES = ("earned", "granted", "gifted")
HEADER = ("height", "previous_hash", "merkle_root", "first_number", "transfers", "at")
ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
SENTENCES = {
    "good": "核对无误：{count} 笔记录与账本一致。\n"
    "All is well: {count} transfers are as they were posted.",
    "published": "所在区块均在已公布的区块链中，最后一块第 {height} 号。\n"
    "Their blocks are among the published ones, which end at block {height}.",
    "compare": "请将下列区块哈希与市里公布的比对。\n"
    "Compare these block hashes with the published ones:",
    "bad": "核对不符：{flaw}\nThis is not as it was posted: {flaw}",
    "unreadable": "无法读取：{flaw}\nThis cannot be read: {flaw}",
}


class BadProof(ValueError):
    """Something differs from what was posted; the message names the first difference."""


def canonical(document: dict[str, Any]) -> bytes:
    """The one form in which a document is hashed.

    >>> canonical({"b": 1, "a": "钟"}).decode()
    '{"a":"钟","b":1}'
    """
    return ENCODER.encode(document).encode()


def leaf_hash(document: bytes) -> bytes:
    return hashlib.sha256(LEAF + document).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def block_hash(header: dict[str, Any]) -> bytes:
    """The hash of a block's header, which the next block carries."""
    return hashlib.sha256(BLOCK + canonical({name: header[name] for name in HEADER})).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over these leaves; at least one."""
    level = list(leaves)
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def merkle_path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root, from the bottom up."""
    level, path = list(leaves), []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, index = _level_above(level), index // 2
    return path


def _level_above(level: list[bytes]) -> list[bytes]:
    # A last hash without a neighbour goes up as it is.
    pairs = [node_hash(*level[place : place + 2]) for place in range(0, len(level) - 1, 2)]
    return pairs + level[len(level) - len(level) % 2 :]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf at this place of a tree of this size leads to; raises BadProof."""
    if not 0 <= index < size:
        raise BadProof(f"there is no place {index} among {size} transfers")
    rest, found = iter(path), leaf
    while size > 1:
        if index % 2:
            found = node_hash(_next(rest), found)
        elif index + 1 < size:
            found = node_hash(found, _next(rest))
        index, size = index // 2, (size + 1) // 2
    if next(rest, None) is not None:
        raise BadProof("the path is too long")
    return found


def _next(path: Iterator[bytes]) -> bytes:
    try:
        return next(path)
    except StopIteration:
        raise BadProof("the path is too short") from None


def check_proof(proof: dict[str, Any]) -> None:
    """Raise BadProof unless this transfer, as it is written here, is in this block."""
    transfer, block = proof["transfer"], proof["block"]
    name = f"transfer {transfer['number']}"
    if block["first_number"] + proof["index"] != transfer["number"]:
        raise BadProof(f"{name} cannot be at place {proof['index']} of block {block['height']}")
    check_entries(name, transfer["entries"])
    path = [bytes.fromhex(each) for each in proof["path"]]
    leaf = leaf_hash(canonical(transfer))
    root = root_from_path(leaf, proof["index"], block["transfers"], path).hex()
    if root != block["merkle_root"]:
        raise BadProof(f"{name} leads to root {root}, the block says {block['merkle_root']}")
    check_header(block)


def check_entries(name: str, entries: list[dict[str, Any]]) -> None:
    accounts = [entry["account_id"] for entry in entries]
    if len(accounts) < 2 or accounts != sorted(set(accounts)):
        raise BadProof(f"{name} does not name two accounts or more, each once and in order")
    total = sum(entry["amount"] for entry in entries)
    if total != 0:
        raise BadProof(f"{name} does not balance, its entries sum to {total}")


def check_header(block: dict[str, Any]) -> None:
    found = block_hash(block).hex()
    if found != block["hash"]:
        raise BadProof(f"block {block['height']} has hash {found}, not {block['hash']}")


def check_statement(statement: dict[str, Any]) -> None:
    """Every proof, and for each account that each balance continues the one before."""
    for proof in statement["proofs"]:
        check_proof(proof)
    if statement.get("head"):
        check_header(statement["head"])
    own = set(statement["accounts"].values())
    last: dict[str, tuple[int, int]] = {}
    for transfer in sorted((p["transfer"] for p in statement["proofs"]), key=lambda t: t["number"]):
        sides = [entry for entry in transfer["entries"] if entry["account_id"] in own]
        if not sides:
            raise BadProof(f"transfer {transfer['number']} is not of these accounts")
        for entry in sides:
            number, balance = last.get(entry["account_id"], (0, None))
            if balance is not None and balance + entry["amount"] != entry["balance_after"]:
                raise BadProof(
                    f"lines are missing between transfers {number} and {transfer['number']}"
                )
            last[entry["account_id"]] = transfer["number"], entry["balance_after"]


def check_person(statement: dict[str, Any], person_id: UUID) -> None:
    """Raise BadProof unless the accounts are this person's."""
    for provenance in PROVENANCES:
        wanted = str(uuid5(LEDGER_IDS, f"wallet:{person_id}:{provenance}"))
        if statement["accounts"].get(provenance) != wanted:
            raise BadProof(f"the {provenance} account is not the one of {person_id}")


def check_headers(headers: Sequence[dict[str, Any]], blocks: Sequence[dict[str, Any]]) -> None:
    """Raise BadProof unless the published headers are a chain and these blocks are among them."""
    for before, header in zip([None, *headers], headers, strict=False):
        check_header(header)
        if before and header["previous_hash"] != before["hash"]:
            raise BadProof(f"block {header['height']} does not follow the one published before it")
    published = {header["height"]: header["hash"] for header in headers}
    for block in blocks:
        if block["height"] not in published:
            raise BadProof(f"block {block['height']} is not among the published ones")
        if block["hash"] != published[block["height"]]:
            raise BadProof(f"block {block['height']} was published with another hash")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a saved statement or proof.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--headers", type=Path, help="published block headers, one JSON a line")
    parser.add_argument("--person", type=UUID, help="whose statement it ought to be")
    options = parser.parse_args(arguments)
    try:
        saved = json.loads(options.file.read_text(encoding="utf-8"))
        statement = saved if "proofs" in saved else None
        proofs = saved["proofs"] if statement else [saved]
        headers = read_headers(options.headers)
        return verdict(statement, proofs, headers, options.person)
    except BadProof as error:
        return tell("bad", 1, flaw=error)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return tell("unreadable", 2, flaw=f"{type(error).__name__} {error}")


def read_headers(file: Path | None) -> list[dict[str, Any]]:
    if file is None:
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]


def verdict(
    statement: dict[str, Any] | None,
    proofs: list[dict[str, Any]],
    headers: list[dict[str, Any]],
    person_id: UUID | None,
) -> int:
    if statement:
        check_statement(statement)
    for proof in proofs:
        check_proof(proof)
    if person_id and statement:
        check_person(statement, person_id)
    blocks = [proof["block"] for proof in proofs]
    if headers:
        check_headers(headers, blocks)
    tell("good", 0, count=len(proofs))
    if headers:
        return tell("published", 0, height=headers[-1]["height"])
    tell("compare", 0)
    for height, found in sorted({(block["height"], block["hash"]) for block in blocks}):
        print(f"  {height}  {found}")
    return 0


def tell(sentence: str, code: int, **facts: object) -> int:
    print(SENTENCES[sentence].format(**facts))
    return code


if __name__ == "__main__":
    sys.exit(main())
