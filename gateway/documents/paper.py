"""Paper with Chinese on it: the font, and an A4 page with our margins."""

import logging
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from services.kernel.contract import Error


# Where Debian's package fonts-wqy-zenhei puts it.
FONT = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
FAMILY = "zenhei"
MARGIN_MILLIMETRES = 15
LETTER_MISSING = "〓"


# It tells of every table of the font that it leaves out.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)


class FontMissing(Error):
    """This server has no Chinese font for documents. The same is there as CSV or JSON."""

    code, status = "font_missing", 503


def set_up(paper: FPDF) -> None:
    """Give a document the font and the margins; raises FontMissing."""
    if not FONT.exists():
        raise FontMissing
    paper.add_font(FAMILY, fname=FONT)
    paper.set_margins(MARGIN_MILLIMETRES, MARGIN_MILLIMETRES)


def a4() -> FPDF:
    paper = FPDF(format="A4")
    set_up(paper)
    paper.set_auto_page_break(auto=True, margin=MARGIN_MILLIMETRES)
    return paper


def writable(paper: FPDF, text: str) -> str:
    """A letter that the font lacks as the printer's mark for one and its number in Unicode.

    Rare letters stand in people's names; a gap in one would make a paper worthless.
    """
    font = paper.fonts[FAMILY]
    assert isinstance(font, TTFFont)
    known = font.cmap
    return "".join(
        each if ord(each) in known else f"{LETTER_MISSING}(U+{ord(each):04X})" for each in text
    )
