"""A card of one-time codes on paper: A4, large type, one code for each check-in or check-out."""

from typing import Any

from gateway.documents.paper import FAMILY, MARGIN_MILLIMETRES, a4, writable
from gateway.documents.words import both, city_time, words


TITLE_POINTS, TEXT_POINTS, CODE_POINTS = 24, 13, 22
LINE_MILLIMETRES, ROW_MILLIMETRES = 8, 14
NUMBER_MILLIMETRES, CODE_MILLIMETRES = 18, 72
COLUMNS = 2


def code_card_pdf(card: dict[str, Any]) -> bytes:
    """The card; raises FontMissing where there is no Chinese font."""
    said = words()["code_card"]
    paper = a4()
    paper.set_title(both(said["title"]))
    paper.add_page()
    paper.set_font(FAMILY, size=TITLE_POINTS)
    paper.cell(0, 13, said["title"]["zh"], new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, size=TEXT_POINTS)
    for line in (
        said["title"]["en"],
        f"{both(said['holder'])}  {writable(paper, card['name'])}",
        f"{both(said['issued'])}  {city_time(card['issued_at'])}",
    ):
        paper.cell(0, LINE_MILLIMETRES, line, new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)
    for place, entry in enumerate(card["codes"], start=1):
        paper.set_font(FAMILY, size=TEXT_POINTS)
        paper.cell(NUMBER_MILLIMETRES, ROW_MILLIMETRES, f"{entry['number']}.", align="R")
        paper.set_font(FAMILY, size=CODE_POINTS)
        paper.cell(CODE_MILLIMETRES, ROW_MILLIMETRES, spaced(entry["code"]))
        if place % COLUMNS == 0:
            paper.ln(ROW_MILLIMETRES)
    paper.set_xy(MARGIN_MILLIMETRES, paper.get_y() + ROW_MILLIMETRES)
    paper.set_font(FAMILY, size=TEXT_POINTS)
    for language in ("zh", "en"):
        paper.multi_cell(0, LINE_MILLIMETRES, said["advice"][language], new_x="LMARGIN")
    return bytes(paper.output())


def spaced(code: str) -> str:
    """Four digits at a time are read without losing one's place.

    >>> spaced("12345678")
    '1234 5678'
    """
    return f"{code[:4]} {code[4:]}"
