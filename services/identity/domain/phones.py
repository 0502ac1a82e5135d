"""Mobile numbers: one spelling for each, and how they are shown to others."""

import re
import unicodedata


SEPARATORS = re.compile(r"[\s()\-\u2010-\u2015]+")
COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


def normalise_phone(text: str) -> str:
    """
    >>> normalise_phone("+86 138-0000-1234")
    '13800001234'
    """
    return COUNTRY.sub("", SEPARATORS.sub("", unicodedata.normalize("NFKC", text)))


def mask_phone(phone: str) -> str:
    """
    >>> mask_phone("13800001234")
    '138****1234'
    """
    return phone[:3] + "****" + phone[-4:]
