"""A proof is accepted as it was given, and refused whatever was changed in it."""

import copy
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import domain, verifier
from services.ledger.contract import Provenance
from services.ledger.verifier import BadProof


AT = "2026-06-01T02:00:00.000000Z"
# The eight well-known leaves of Certificate Transparency, and the root that everybody finds.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
CT_LEAVES += ["606162636465666768696a6b6c6d6e6f"]
CT_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
HOLDER = UUID(int=7)
ACCOUNTS = {part.value: str(account.account_id) for part, account in domain.wallets(HOLDER).items()}
OTHER = str(domain.issuance().account_id)


def transfer(number: int, amount: int, balance: int) -> dict[str, Any]:
    sides = [
        {"account_id": ACCOUNTS["earned"], "amount": amount, "balance_after": balance},
        {"account_id": OTHER, "amount": -amount, "balance_after": -balance},
    ]
    return {
        "number": number,
        "transfer_id": str(uuid4()),
        "kind": "post",
        "reference": str(uuid4()),
        "at": AT,
        "reason": "老人的谢意",
        "acted_by": None,
        "policy_version": 1,
        "hold_id": None,
        "reverses": None,
        "entries": sorted(sides, key=lambda side: str(side["account_id"])),
    }


def block_of(transfers: list[dict[str, Any]], height: int, before: str) -> dict[str, Any]:
    leaves = [verifier.leaf_hash(verifier.canonical(each)) for each in transfers]
    header = {
        "height": height,
        "previous_hash": before,
        "merkle_root": verifier.merkle_root(leaves).hex(),
        "first_number": transfers[0]["number"],
        "transfers": len(transfers),
        "at": AT,
    }
    return header | {"hash": verifier.block_hash(header).hex()}


def proofs_of(transfers: list[dict[str, Any]], block: dict[str, Any]) -> list[dict[str, Any]]:
    leaves = [verifier.leaf_hash(verifier.canonical(each)) for each in transfers]
    return [
        {
            "transfer": each,
            "index": index,
            "path": [step.hex() for step in verifier.merkle_path(leaves, index)],
            "block": block,
        }
        for index, each in enumerate(transfers)
    ]


def statement(blocks: int = 3, size: int = 3) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A holder's whole history and the headers that the city published."""
    proofs, headers, before, number = [], [], bytes(32).hex(), 1
    for height in range(1, blocks + 1):
        transfers = [transfer(n, 60, 60 * n) for n in range(number, number + size)]
        block = block_of(transfers, height, before)
        proofs += proofs_of(transfers, block)
        headers.append(block)
        before, number = block["hash"], number + size
    saved = {"person_id": str(HOLDER), "accounts": ACCOUNTS, "proofs": proofs, "head": headers[-1]}
    return saved, headers


def test_the_tree_is_that_of_certificate_transparency() -> None:
    leaves = [verifier.leaf_hash(bytes.fromhex(each)) for each in CT_LEAVES]
    assert verifier.merkle_root(leaves).hex() == CT_ROOT


def double(sides: list[dict[str, Any]]) -> None:
    sides[0]["amount"] *= 2


def alone(sides: list[dict[str, Any]]) -> None:
    del sides[1]


def twice(sides: list[dict[str, Any]]) -> None:
    sides[1]["account_id"] = sides[0]["account_id"]


@pytest.mark.parametrize("bend", [double, alone, twice])
def test_what_was_never_double_entry_is_refused_however_well_it_is_hashed(bend: Any) -> None:
    bent = transfer(1, 60, 60)
    bend(bent["entries"])
    (proof,) = proofs_of([bent], block_of([bent], 1, bytes(32).hex()))
    with pytest.raises(BadProof, match="balance|accounts"):
        verifier.check_proof(proof)


def root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, word by word: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    halves = root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


@pytest.mark.parametrize("size", range(1, 71))
def test_every_leaf_of_every_tree_leads_to_the_root(size: int) -> None:
    leaves = [verifier.leaf_hash(str(n).encode()) for n in range(size)]
    root = verifier.merkle_root(leaves)
    assert root == root_by_definition(leaves)
    for index, leaf in enumerate(leaves):
        path = verifier.merkle_path(leaves, index)
        assert verifier.root_from_path(leaf, index, size, path) == root


def test_a_whole_history_is_accepted() -> None:
    saved, headers = statement()
    verifier.check_statement(saved)
    verifier.check_person(saved, HOLDER)
    verifier.check_headers(headers, [proof["block"] for proof in saved["proofs"]])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where a proof holds a value that could be changed."""
    if isinstance(value, dict):
        return [each for key, item in value.items() for each in places(item, (*path, key))]
    if isinstance(value, list):
        return [each for key, item in enumerate(value) for each in places(item, (*path, key))]
    return [path]


def changed(value: Any) -> Any:
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "something"
    last = "0" if value[-1] != "0" else "1"
    return value[:-1] + last


PROOF = statement(1, 5)[0]["proofs"][2]


@pytest.mark.parametrize("path", places(PROOF), ids=lambda path: ".".join(map(str, path)))
def test_a_proof_is_refused_whatever_is_changed_in_it(path: tuple[Any, ...]) -> None:
    verifier.check_proof(PROOF)
    forged = copy.deepcopy(PROOF)
    holder = forged
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = changed(holder[path[-1]])
    with pytest.raises(BadProof):
        verifier.check_proof(forged)


@pytest.mark.parametrize("name", ["transfer", "block"])
def test_a_proof_with_a_figure_left_out_is_refused(name: str) -> None:
    for left_out in PROOF[name]:
        forged = copy.deepcopy(PROOF)
        del forged[name][left_out]
        with pytest.raises((BadProof, KeyError)):
            verifier.check_proof(forged)


def test_a_path_too_short_or_too_long_is_refused() -> None:
    for path in (PROOF["path"][:-1], [*PROOF["path"], PROOF["path"][0]]):
        with pytest.raises(BadProof, match="too short|too long"):
            verifier.check_proof(PROOF | {"path": path})


def test_a_statement_with_a_line_left_out_is_refused() -> None:
    saved, _ = statement()
    del saved["proofs"][4]
    with pytest.raises(BadProof, match="missing between transfers 4 and 6"):
        verifier.check_statement(saved)


def test_somebody_elses_statement_is_refused() -> None:
    saved, _ = statement()
    with pytest.raises(BadProof, match="not the one of"):
        verifier.check_person(saved, uuid4())
    foreign = domain.wallet(uuid4(), Provenance.EARNED).account_id
    with pytest.raises(BadProof, match="not of these accounts"):
        verifier.check_statement(saved | {"accounts": {"earned": str(foreign)}})


def test_blocks_that_were_not_published_are_refused() -> None:
    saved, headers = statement()
    blocks = [proof["block"] for proof in saved["proofs"]]
    with pytest.raises(BadProof, match="not among"):
        verifier.check_headers(headers[1:], blocks)
    other = statement()[1]
    with pytest.raises(BadProof, match="another hash"):
        verifier.check_headers(other, blocks)
    with pytest.raises(BadProof, match="does not follow"):
        verifier.check_headers([headers[0], headers[2]], [])


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The file as a holder has it: a copy somewhere, without the project."""
    return Path(shutil.copy(verifier.__file__, tmp_path / "verifier.py"))


def run(alone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(alone), *arguments]
    return subprocess.run(command, cwd=alone.parent, capture_output=True, text=True, timeout=30)


def test_the_file_alone_checks_a_statement(alone: Path) -> None:
    saved, headers = statement()
    file, published = alone.parent / "statement.json", alone.parent / "headers.jsonl"
    file.write_text(json.dumps(saved))
    published.write_text("".join(json.dumps(header) + "\n" for header in headers))
    done = run(alone, str(file), "--person", str(HOLDER), "--headers", str(published))
    assert (done.returncode, done.stderr) == (0, "")
    assert "9 transfers are as they were posted" in done.stdout
    assert headers[0]["hash"] in run(alone, str(file)).stdout
    saved["proofs"][0]["transfer"]["reason"] = "nothing"
    file.write_text(json.dumps(saved))
    done = run(alone, str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert "transfer 1 leads to root" in done.stdout


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["proofs", "transfer", "block", "path", "index"]), inner)
    ),
    max_leaves=12,
)


@given(value=json_values)
def test_whatever_the_file_holds_the_answer_is_a_sentence(value: Any, tmp_path_factory) -> None:
    file = tmp_path_factory.mktemp("fuzz") / "any.json"
    file.write_text(json.dumps(value))
    assert verifier.main([str(file)]) in (0, 1, 2)
