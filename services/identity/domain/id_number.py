"""The one number that each card of a resident bears, whatever the card (GB 11643-1999).

Eighteen characters: region, birth date, sequence, check digit. A residence permit bears the
citizen's own number; those of Hong Kong, Macau and Taiwan begin with 81, 82, 83; a permanent
resident's from abroad with 9, the province of the first application and the country's numeric code.
A number of 15 digits, as issued before October 1999, is the same without century and check digit.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.identity.contract import DocumentKind, InvalidIdNumber
from services.identity.domain.provinces import PROVINCES
from services.kernel.calendar import age_on


LENGTH = 18
CHECK_DIGITS = "10X98765432"
OLDEST_AGE = 130
SEPARATORS = re.compile(r"[\s\u00b7\u00ad\u200b\ufeff\-\u2010-\u2015\u2212]+")
SHAPE = re.compile(r"[0-9]{17}[0-9X]")
OLD_SHAPE = re.compile(r"[0-9]{15}")
# The sequences of the old numbers that were kept for people who were a hundred already.
BORN_BEFORE_1900 = "996"
HONG_KONG_MACAU_TAIWAN = ("81", "82", "83")
FOREIGN = "9"
CHINA = "156"


@dataclass(frozen=True)
class IdNumber:
    """A number that has passed every check."""

    number: str
    birth_date: date

    @property
    def province(self) -> str:
        return PROVINCES[region_of(self.number)]

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        """The kinds of cards that bear such a number, the usual one first."""
        if self.number.startswith(FOREIGN):
            return (DocumentKind.FOREIGN_PERMANENT_RESIDENCE,)
        if self.number.startswith(HONG_KONG_MACAU_TAIWAN):
            return (DocumentKind.HMT_RESIDENCE_PERMIT,)
        return (DocumentKind.RESIDENT_ID_CARD, DocumentKind.RESIDENCE_PERMIT)

    @property
    def is_male(self) -> bool:
        """The last digit of the sequence is odd for men and even for women."""
        return int(self.number[16]) % 2 == 1


def normalise_id_number(text: str) -> str:
    """One spelling for each number, however it was typed, so that it is found again.

    >>> normalise_id_number(" 110105-19491231-002x ")
    '11010519491231002X'
    >>> normalise_id_number("110105491231002")
    '11010519491231002X'
    """
    number = SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    return lengthened(number) if OLD_SHAPE.fullmatch(number) else number


def lengthened(number: str) -> str:
    """The 18 digits of a number that was issued with 15."""
    century = "18" if number[12:] >= BORN_BEFORE_1900 else "19"
    first = f"{number[:6]}{century}{number[6:]}"
    return first + check_digit(first)


def check_digit(first_seventeen: str) -> str:
    """The 18th character by ISO 7064 MOD 11-2.

    >>> check_digit("11010519491231002")
    'X'
    """
    total = sum(
        int(digit) * pow(2, LENGTH - 1 - place, 11) for place, digit in enumerate(first_seventeen)
    )
    return CHECK_DIGITS[total % 11]


def parse_id_number(text: str, today: date) -> IdNumber:
    """The number, checked whole; raises InvalidIdNumber with the reason, never with the number."""
    number = normalise_id_number(text)
    if not SHAPE.fullmatch(number):
        raise refused("It has 17 digits, then a digit or X.")
    if region_of(number) not in PROVINCES:
        raise refused("It begins with the code of a province.")
    if number.startswith(FOREIGN) and number[3:6] in ("000", CHINA):
        raise refused("It names the country that its holder comes from.")
    if check_digit(number[:17]) != number[17]:
        raise refused("The check digit at its end does not fit.")
    return IdNumber(number, birth_date_of(number, today))


def region_of(number: str) -> str:
    return number[1:3] if number.startswith(FOREIGN) else number[:2]


def checked_kind(number: IdNumber, kind: DocumentKind | None) -> DocumentKind:
    """The kind of card, the usual one if none is named; raises InvalidIdNumber if it cannot be."""
    if kind is None:
        return number.kinds[0]
    if kind not in number.kinds:
        raise InvalidIdNumber(fields={"document": ["Such a card bears another kind of number."]})
    return kind


def birth_date_of(number: str, today: date) -> date:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise refused("The birth date in it is not a date.") from error
    if born > today:
        raise refused("The birth date in it is still to come.")
    if age_on(born, today) > OLDEST_AGE:
        raise refused("The birth date in it is too long ago.")
    return born


def refused(reason: str) -> InvalidIdNumber:
    return InvalidIdNumber(fields={"id_number": [reason]})


def mask_id_number(number: str) -> str:
    """
    >>> mask_id_number("110105194912311234")
    '110105********1234'
    """
    return number[:6] + "*" * 8 + number[-4:]
