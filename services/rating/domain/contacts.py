"""What one side says is shown to the other without numbers that lead to somebody."""

import re


HIDDEN = "•••"
DATE = re.compile(r"\d{4}[-.]\d{1,2}[-.]\d{1,2}")
# As telephones, identity cards and bank cards are written: seven digits and more.
NUMBER = re.compile(r"\+?\d(?:[ -]?[\dXx]){6,}")


def without_contacts(words: str) -> str:
    """
    >>> without_contacts("2026-06-01 来了20分钟，电话138 0013-8000，证件11010519520312002X")
    '2026-06-01 来了20分钟，电话•••，证件•••'
    """
    return NUMBER.sub(lambda found: found[0] if DATE.fullmatch(found[0]) else HIDDEN, words)
