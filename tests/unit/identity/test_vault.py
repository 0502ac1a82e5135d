"""The vault: what it seals opens only there, only unchanged, only with the key."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.storage.vault import CannotOpen, Vault
from services.kernel import vault as kernel


KEY, OTHER = b"a" * 32, b"b" * 32
OWNER = UUID(int=7)
NUMBER = "11010519491231002X"
SEALED_BY_THE_FIRST_VERSION = (
    "10144bf3.Z9pvzkEQxDtw9nHlx1w2HJrVutEHqx_oUJErMOqwNal7QfcF4EqDrs1SWegIhA=="
)


@given(st.text(max_size=300))
def test_what_is_sealed_opens_as_it_was(plain: str) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(plain, "address", OWNER)
    assert vault.open(sealed, "address", OWNER) == plain


def test_the_plain_text_is_nowhere_in_the_sealed_one_and_no_two_are_alike() -> None:
    vault = Vault(KEY)
    first, second = (vault.seal(NUMBER, "id_number", OWNER) for _ in range(2))
    assert first != second
    assert NUMBER not in first


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_sealed_text_that_was_changed_anywhere_does_not_open(place: int, flip: int) -> None:
    vault = Vault(KEY)
    sealed = vault.seal(NUMBER, "id_number", OWNER)
    place %= len(sealed)
    other = chr((ord(sealed[place]) + flip) % 256)
    with pytest.raises(CannotOpen):
        vault.open(sealed[:place] + other + sealed[place + 1 :], "id_number", OWNER)


def test_a_sealed_text_opens_for_no_other_person_and_no_other_field() -> None:
    vault = Vault(KEY)
    sealed = vault.seal(NUMBER, "id_number", OWNER)
    for field, owner in (("id_number", uuid4()), ("phone", OWNER)):
        with pytest.raises(CannotOpen):
            vault.open(sealed, field, owner)


@pytest.mark.parametrize("sealed", ["", ".", "plain", "00000000.AAAA", "."])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        Vault(KEY).open(sealed, "id_number", OWNER)


def test_a_new_key_opens_what_the_retired_one_sealed_and_seals_by_itself() -> None:
    old, new = Vault(KEY), Vault(OTHER, KEY)
    assert new.open(old.seal(NUMBER, "id_number", OWNER), "id_number", OWNER) == NUMBER
    resealed = new.seal(NUMBER, "id_number", OWNER)
    assert resealed.partition(".")[0] != old.seal(NUMBER, "id_number", OWNER).partition(".")[0]
    with pytest.raises(CannotOpen):
        old.open(resealed, "id_number", OWNER)


def test_no_service_opens_what_another_sealed_though_both_have_the_data_key() -> None:
    ours, theirs = Vault(KEY), kernel.Vault(KEY, service="matching")
    with pytest.raises(CannotOpen):
        theirs.open(ours.seal(NUMBER, "id_number", OWNER), "id_number", OWNER)
    assert ours.index("phone", "138") != theirs.index("phone", "138")


def test_identity_opens_what_it_sealed_years_ago() -> None:
    """Its derived keys stay for ever what they were; this was sealed by the first version."""
    sealed = SEALED_BY_THE_FIRST_VERSION
    assert Vault(KEY).open(sealed, "id_number", OWNER) == NUMBER


def test_the_blind_index_finds_equal_values_and_depends_on_key_and_field() -> None:
    vault = Vault(KEY)
    assert vault.index("phone", "138") == Vault(KEY).index("phone", "138")
    others = {
        vault.index("phone", "139"),
        vault.index("id_number", "138"),
        Vault(OTHER).index("phone", "138"),
    }
    assert len(others | {vault.index("phone", "138")}) == 4


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_data_key_of_the_wrong_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"k" * size)
