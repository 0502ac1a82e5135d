"""The 18-digit citizen ID number of GB 11643-1999: region, birth date, sequence, check digit."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from services.identity.contract import InvalidIdNumber
from services.identity.domain.provinces import PROVINCES
from services.kernel.calendar import age_on


LENGTH = 18
CHECK_DIGITS = "10X98765432"
OLDEST_AGE = 130
SEPARATORS = re.compile(r"[\s\u00b7\u00ad\u200b\ufeff\-\u2010-\u2015\u2212]+")
SHAPE = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True)
class IdNumber:
    """A number that has passed every check."""

    number: str
    birth_date: date

    @property
    def province(self) -> str:
        return PROVINCES[self.number[:2]]

    @property
    def is_male(self) -> bool:
        """The last digit of the sequence is odd for men and even for women."""
        return int(self.number[16]) % 2 == 1


def normalise_id_number(text: str) -> str:
    """One spelling for each number, however it was typed, so that it is found again.

    >>> normalise_id_number(" 110105-19491231-002x ")
    '11010519491231002X'
    """
    return SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()


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
    if number[:2] not in PROVINCES:
        raise refused("It begins with the code of a province.")
    if check_digit(number[:17]) != number[17]:
        raise refused("The check digit at its end does not fit.")
    return IdNumber(number, birth_date_of(number, today))


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
