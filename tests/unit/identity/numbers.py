"""Valid ID numbers, made to order, and the strategies that draw them."""

from datetime import date

from hypothesis import strategies as st

from services.identity.domain.id_number import CHECK_DIGITS
from services.identity.domain.provinces import PROVINCES


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
TODAY = date(2026, 11, 25)


def make_id_number(born: date, sequence: int = 1, region: str = "110105") -> str:
    """An ID number with the right check digit, by the weights as the standard prints them."""
    first = f"{region}{born:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True))
    return first + CHECK_DIGITS[total % 11]


regions = st.builds(
    lambda province, rest: f"{province}{rest:04d}",
    st.sampled_from(sorted(PROVINCES)),
    st.integers(0, 9999),
)
countries = st.integers(1, 999).filter(lambda code: code != 156)
foreign_regions = st.builds(
    lambda province, country: f"9{province}{country:03d}",
    st.sampled_from(sorted(PROVINCES)),
    countries,
)
foreign_numbers = st.builds(
    make_id_number, st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), foreign_regions
)
# Numbers that were issued with 15 digits, in their 18.
old_numbers = st.builds(
    make_id_number, st.dates(date(1900, 1, 1), date(1999, 9, 30)), st.integers(0, 995), regions
)
id_numbers = st.builds(
    make_id_number,
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
    regions,
)
