"""What one side says is shown to the other without what leads to somebody."""

import re


HIDDEN = "•••"
DAY = r"(?<!\d)(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])(?!\d)"
# As telephones, identity cards and bank cards are written: seven digits and more, but no day.
DIGIT = rf"(?!{DAY})[\dXx]"
NUMBER = re.compile(rf"(?P<day>{DAY})|\+?(?!{DAY})\d(?:[ .·()（）—–－-]{{0,2}}{DIGIT}){{6,}}")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def without_contacts(words: str) -> str:
    """
    >>> without_contacts("2026-06-01 14:00来，电话138 0013-8000，证件11010519520312002X")
    '2026-06-01 14:00来，电话•••，证件•••'
    """
    return NUMBER.sub(lambda found: found["day"] or HIDDEN, MAIL.sub(HIDDEN, words))
