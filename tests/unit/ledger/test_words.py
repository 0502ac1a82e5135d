"""Whatever is moved can be explained in both languages."""

import doctest

import pytest

from services.ledger import words
from services.ledger.domain import TransferKind


@pytest.mark.parametrize("kind", TransferKind)
def test_every_kind_of_transfer_is_explained_in_chinese_and_english(kind: TransferKind) -> None:
    told = words.why(kind, 95, 3)
    assert "95" in told["zh"] and "第3版政策" in told["zh"]
    assert "95" in told["en"] and "version 3" in told["en"]


def test_no_words_are_kept_for_what_is_never_moved() -> None:
    assert set(words.catalogue()["kinds"]) == {str(kind) for kind in TransferKind}


def test_the_examples_are_true() -> None:
    assert doctest.testmod(words).failed == 0
