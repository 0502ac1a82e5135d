"""Mobile numbers: one spelling for each, and how they are shown to others."""

import re
import unicodedata

from services.kernel.contract import InvalidRequest


SEPARATORS = re.compile(r"[\s()\-\u2010-\u2015]+")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


def normalise_phone(text: str) -> str:
    """
    >>> normalise_phone("+86 138-0000-1234")
    '13800001234'
    """
    return COUNTRY.sub("", SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))


def checked_phone(text: str) -> str:
    """The number in its one spelling; raises InvalidRequest for what is no mobile number."""
    phone = normalise_phone(text)
    if not MOBILE.fullmatch(phone):
        raise InvalidRequest(fields={"phone": ["A mobile number of eleven digits."]})
    return phone


def mask_phone(phone: str) -> str:
    """
    >>> mask_phone("13800001234")
    '138****1234'
    """
    return phone[:3] + "****" + phone[-4:]
