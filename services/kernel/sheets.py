"""Lists that people hand in as CSV, as spreadsheets of every kind write them. Pure.

What a line means is its service's rule; here a text becomes numbered records.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import count


BYTE_ORDER_MARK = "\ufeff"
PHYSICAL_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
UNSTORABLE = frozenset(("Cc", "Cs"))


def read_records(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Each record that is not empty, with its number; None for one whose quotes are wrong.

    Numbers are counted as a spreadsheet does: the header is 1, empty lines count.

    >>> list(read_records("a,b\\r\\n\\r\\n 1 ,2"))
    [(1, ['a', 'b']), (3, ['1', '2'])]
    """
    physical = PHYSICAL_LINE.findall(text.removeprefix(BYTE_ORDER_MARK))
    reader = csv.reader(physical, strict=True)
    for number in count(1):
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield number, None
            continue
        if any(cells):
            yield number, cells


def columns_in(cells: Sequence[str] | None, known: Mapping[str, str]) -> dict[str, int] | None:
    """In which cell of a line each column stands; None for a header with unknown or double ones.

    Columns without a name and without a heading behind the last one are left out.

    >>> columns_in(["Stars", "意见", ""], {"stars": "stars", "意见": "words"})
    {'stars': 0, 'words': 1}
    """
    heads = list(cells or ())
    while heads and not heads[-1]:
        heads.pop()
    names = [known.get(head.lower(), "") for head in heads]
    if "" in names or len(set(names)) != len(names):
        return None
    return {name: place for place, name in enumerate(names)}


def is_storable(cell: str) -> bool:
    """Whether it holds no control characters and no halves of characters."""
    return not any(unicodedata.category(letter) in UNSTORABLE for letter in cell)
