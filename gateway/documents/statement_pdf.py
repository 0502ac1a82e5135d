"""A statement on paper: A4, large type, Chinese first, with the block that it can be checked by."""

from typing import Any

from fpdf import FPDF

from gateway.documents.paper import FAMILY, MARGIN_MILLIMETRES, set_up, writable
from gateway.documents.words import both, city_time, coins, named, words


TITLE_POINTS, TEXT_POINTS, SMALL_POINTS = 20, 12, 9
LINE_MILLIMETRES, LABEL_MILLIMETRES = 7, 62
FOOT_MILLIMETRES, END_MILLIMETRES = 12, 28
# Name, width in millimetres, side: together as wide as A4 between its margins.
COLUMNS = (
    ("at", 33, "L"),
    ("kind", 51, "L"),
    ("provenance", 31, "L"),
    ("minutes", 18, "R"),
    ("balance_minutes", 22, "R"),
    ("coins", 25, "R"),
)


class Paper(FPDF):
    """Pages with the table's heading at the top, their number and the last block at the foot."""

    def __init__(self, foot: str):
        super().__init__(format="A4")
        self.foot = foot
        self.in_table = False
        set_up(self)
        self.set_auto_page_break(auto=True, margin=MARGIN_MILLIMETRES + FOOT_MILLIMETRES)
        self.alias_nb_pages("{pages}")

    def header(self) -> None:
        if self.in_table:
            self.write_heading()

    def write_heading(self) -> None:
        """What the columns are, in both languages, over a line."""
        for language in ("zh", "en"):
            for name, width, side in COLUMNS:
                self.cell(
                    width, LINE_MILLIMETRES - 2, words()["columns"][name][language], align=side
                )
            self.ln()
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)

    def footer(self) -> None:
        self.set_y(-MARGIN_MILLIMETRES - 5)
        self.set_font(FAMILY, size=SMALL_POINTS)
        page = words()["page"]
        number = f"{page['zh']}  {page['en']}".replace("{page}", str(self.page_no()))
        self.cell(0, 5, number, align="C", new_x="LMARGIN", new_y="NEXT")
        self.cell(0, 5, self.foot, align="C")


def statement_pdf(statement: dict[str, Any]) -> bytes:
    """The whole statement; raises FontMissing where there is no Chinese font."""
    proof = both(words()["proof"], height=statement["height"])
    paper = Paper(f"{proof}  {statement['block_hash']}")
    paper.set_title(both(words()["title"]))
    paper.add_page()
    write_head(paper, statement)
    paper.set_font(FAMILY, size=TEXT_POINTS - 2)
    if statement["items"]:
        write_table(paper, statement["items"])
    else:
        paper.cell(0, LINE_MILLIMETRES * 2, both(words()["empty"]), new_x="LMARGIN", new_y="NEXT")
    write_end(paper, statement)
    return bytes(paper.output())


def write_head(paper: Paper, statement: dict[str, Any]) -> None:
    said, title = words(), words()["title"]
    paper.set_font(FAMILY, size=TITLE_POINTS)
    paper.cell(0, 11, title["zh"], new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, size=TEXT_POINTS)
    paper.cell(0, LINE_MILLIMETRES, title["en"], new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)
    period = f"{statement['from_date']} — {statement['until_date']}"
    for name, value in (
        ("holder", writable(paper, statement["name"] or "")),
        ("account", statement["person_id"]),
        ("period", period),
        ("printed", city_time(statement["printed_at"])),
        ("opening", amount(statement["opening_minutes"])),
    ):
        paper.cell(LABEL_MILLIMETRES, LINE_MILLIMETRES, both(said[name]))
        paper.cell(0, LINE_MILLIMETRES, value, new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)


def write_table(paper: Paper, lines: list[dict[str, Any]]) -> None:
    paper.write_heading()
    paper.in_table = True
    for line in lines:
        for (_, width, side), text in zip(COLUMNS, cells(line), strict=True):
            paper.cell(width, LINE_MILLIMETRES - 0.5, text, align=side)
        paper.ln()
    paper.in_table = False


def cells(line: dict[str, Any]) -> list[str]:
    return [
        city_time(line["at"]),
        both(named("kinds", line["kind"])),
        both(named("provenances", line["provenance"])),
        f"{line['minutes']:+d}",
        str(line["balance_minutes"]),
        coins(line["balance_minutes"]),
    ]


def write_end(paper: Paper, statement: dict[str, Any]) -> None:
    said = words()
    if paper.will_page_break(END_MILLIMETRES):
        paper.add_page()
    paper.ln(4)
    paper.set_font(FAMILY, size=TEXT_POINTS + 2)
    closing = f"{both(said['closing'])}  {amount(statement['closing_minutes'])}"
    paper.cell(0, LINE_MILLIMETRES + 2, closing, new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FAMILY, size=SMALL_POINTS)
    paper.cell(0, LINE_MILLIMETRES, both(said["unit"]), new_x="LMARGIN", new_y="NEXT")
    if statement["truncated"]:
        words_ = both(said["truncated"], count=len(statement["items"]))
        paper.cell(0, LINE_MILLIMETRES, words_, new_x="LMARGIN", new_y="NEXT")


def amount(minutes: int) -> str:
    """
    >>> amount(95)
    '95 分钟 min（1 35/60）'
    """
    return f"{minutes} 分钟 min（{coins(minutes)}）"
