"""Phone numbers: one spelling each, and four digits that others do not see."""

import pytest

from services.identity.domain.phones import mask_phone, normalise_phone


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+8613800001234",
        "0086 138 0000 1234",
        "86 13800001234",
        "１３８００００１２３４",
    ],
)
def test_one_phone_has_one_spelling_however_it_is_written(written: str) -> None:
    assert normalise_phone(written) == "13800001234"


def test_a_number_that_begins_with_86_is_not_cut() -> None:
    assert normalise_phone("8613") == "8613"


def test_a_masked_phone_keeps_three_and_four_digits() -> None:
    assert mask_phone("13800001234") == "138****1234"
