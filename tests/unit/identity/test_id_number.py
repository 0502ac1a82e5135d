"""ID numbers: every right one is taken however it is written, every wrong one refused."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.identity.contract import DocumentKind, InvalidIdNumber
from services.identity.domain.id_number import (
    check_digit,
    checked_kind,
    mask_id_number,
    normalise_id_number,
    parse_id_number,
)
from tests.unit.identity.numbers import (
    TODAY,
    foreign_numbers,
    id_numbers,
    make_id_number,
    old_numbers,
)


FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@given(id_numbers)
def test_every_valid_number_passes_and_says_when_its_holder_was_born(number: str) -> None:
    parsed = parse_id_number(number, TODAY)
    assert parsed.number == number
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]


@given(id_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_changed_character_is_caught(number: str, place: int, other: str) -> None:
    assume(number[place] != other)
    changed = number[:place] + other + number[place + 1 :]
    with pytest.raises(InvalidIdNumber):
        parse_id_number(changed, TODAY)


@given(id_numbers, st.integers(0, 16))
def test_any_two_neighbours_exchanged_are_caught(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(InvalidIdNumber):
        parse_id_number(changed, TODAY)


@given(id_numbers, st.integers(0, 16))
def test_the_check_digit_itself_catches_what_the_other_checks_would_miss(
    number: str, place: int
) -> None:
    other = str((int(number[place]) + 1) % 10)
    changed = number[:place] + other + number[place + 1 :]
    assert check_digit(changed[:17]) != number[17]


@given(id_numbers, st.data())
def test_one_person_has_one_spelling_however_the_number_is_written(
    number: str, data: st.DataObject
) -> None:
    separators = data.draw(
        st.lists(
            st.sampled_from(["", " ", "-", "\u3000", "\t", "－", "–"]), min_size=18, max_size=18
        )
    )
    written = "".join(
        separator + character for separator, character in zip(separators, number, strict=True)
    )
    assert normalise_id_number(written) == number
    assert normalise_id_number(written.lower()) == number
    assert normalise_id_number(number.translate(FULL_WIDTH)) == number


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("11010519491231002x", None),
        ("11010519491231002X", None),
        ("110105194912310021", "check digit"),
        ("1101051949123100X2", "17 digits"),
        ("11010519491231002", "17 digits"),
        ("11010519491231002XX", "17 digits"),
        ("110105491231002", None),
        ("11010549123100", "17 digits"),
        ("1101054912310020", "17 digits"),
        ("", "17 digits"),
        ("abc", "17 digits"),
        ("１１０１０５１９４９１２３１００２Ｘ", None),
        ("٠١٠١٠٥١٩٤٩١٢٣١٠٠٢X", "17 digits"),
    ],
)
def test_the_refusal_says_why_and_never_repeats_the_number(number: str, why: str | None) -> None:
    if why is None:
        assert parse_id_number(number, TODAY).birth_date == date(1949, 12, 31)
        return
    with pytest.raises(InvalidIdNumber) as refusal:
        parse_id_number(number, TODAY)
    assert why in refusal.value.fields["id_number"][0]
    assert not number or number not in str(refusal.value.to_wire())


@pytest.mark.parametrize("province", ["00", "10", "16", "20", "55", "66", "70", "80", "90", "99"])
def test_a_region_that_is_no_province_is_refused(province: str) -> None:
    with pytest.raises(InvalidIdNumber) as refusal:
        parse_id_number(make_id_number(date(1960, 1, 1), region=province + "0105"), TODAY)
    assert "province" in refusal.value.fields["id_number"][0]


@pytest.mark.parametrize("day", ["19490229", "19490431", "19491301", "19490001", "00000101"])
def test_a_birth_date_that_is_no_date_is_refused(day: str) -> None:
    first = f"110105{day}002"
    with pytest.raises(InvalidIdNumber) as refusal:
        parse_id_number(first + check_digit(first), TODAY)
    assert "not a date" in refusal.value.fields["id_number"][0]


def test_a_birth_date_in_the_future_is_refused_and_today_is_not() -> None:
    assert parse_id_number(make_id_number(TODAY), TODAY).birth_date == TODAY
    with pytest.raises(InvalidIdNumber) as refusal:
        parse_id_number(make_id_number(TODAY + timedelta(days=1)), TODAY)
    assert "still to come" in refusal.value.fields["id_number"][0]


def test_nobody_is_older_than_people_become() -> None:
    with pytest.raises(InvalidIdNumber) as refusal:
        parse_id_number(make_id_number(date(1895, 11, 25)), TODAY)
    assert "too long ago" in refusal.value.fields["id_number"][0]
    assert parse_id_number(make_id_number(date(1895, 11, 26)), TODAY).province == "Beijing"


@pytest.mark.parametrize(
    ("sequence", "is_male"), [(1, True), (2, False), (998, False), (999, True)]
)
def test_the_sequence_tells_men_from_women(sequence: int, is_male: bool) -> None:
    number = make_id_number(date(1949, 12, 31), sequence)
    assert parse_id_number(number, TODAY).is_male is is_male


@given(id_numbers)
def test_a_masked_number_keeps_the_region_and_the_last_four_only(number: str) -> None:
    masked = mask_id_number(number)
    assert masked == number[:6] + "********" + number[14:]
    assert len(masked) == 18


@given(foreign_numbers)
def test_a_permanent_residents_number_says_the_province_of_the_first_application(
    number: str,
) -> None:
    parsed = parse_id_number(number, TODAY)
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]
    assert parsed.kinds == (DocumentKind.FOREIGN_PERMANENT_RESIDENCE,)
    assert (
        parsed.province
        == parse_id_number(
            make_id_number(date(1960, 1, 1), region=number[1:3] + "0101"), TODAY
        ).province
    )


@pytest.mark.parametrize("country", ["000", "156"])
def test_a_permanent_resident_from_no_country_or_from_here_is_refused(country: str) -> None:
    with pytest.raises(InvalidIdNumber):
        parse_id_number(make_id_number(date(1960, 1, 1), region=f"911{country}"), TODAY)


@given(old_numbers, st.data())
def test_the_fifteen_digits_of_an_old_card_are_the_same_person(
    number: str, data: st.DataObject
) -> None:
    old = number[:6] + number[8:17]
    assert normalise_id_number(old) == number
    place = data.draw(st.integers(0, 15))
    written = f" {old[:place]}-{old[place:]}".translate(FULL_WIDTH)
    assert parse_id_number(written, TODAY).number == number


def test_the_last_sequences_of_old_cards_were_for_those_born_before_1900() -> None:
    assert normalise_id_number("110105991231996")[6:14] == "18991231"
    assert normalise_id_number("110105991231995")[6:14] == "19991231"


@pytest.mark.parametrize("kind", [*DocumentKind, None])
@pytest.mark.parametrize(
    ("region", "fitting"),
    [
        ("110105", {DocumentKind.RESIDENT_ID_CARD, DocumentKind.RESIDENCE_PERMIT}),
        ("810000", {DocumentKind.HMT_RESIDENCE_PERMIT}),
        ("820000", {DocumentKind.HMT_RESIDENCE_PERMIT}),
        ("830000", {DocumentKind.HMT_RESIDENCE_PERMIT}),
        ("911840", {DocumentKind.FOREIGN_PERMANENT_RESIDENCE}),
    ],
)
def test_a_card_bears_its_own_kind_of_number(
    region: str, fitting: set[DocumentKind], kind: DocumentKind | None
) -> None:
    number = parse_id_number(make_id_number(date(1960, 1, 1), region=region), TODAY)
    if kind is None:
        assert checked_kind(number, None) in fitting
    elif kind in fitting:
        assert checked_kind(number, kind) is kind
    else:
        with pytest.raises(InvalidIdNumber) as refusal:
            checked_kind(number, kind)
        assert list(refusal.value.fields) == ["document"]


@pytest.mark.parametrize(
    ("number", "of"),
    [("810000199408230021", "Hong Kong"), ("830000199201300022", "Taiwan")],
)
def test_the_specimens_that_the_police_published_are_valid(number: str, of: str) -> None:
    assert parse_id_number(number, TODAY).province.startswith(of)
