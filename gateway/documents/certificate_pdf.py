"""A certificate of service on paper: A4, Chinese first, with a QR code to check it by."""

import io
from typing import Any

import segno
from fpdf import FPDF

from gateway.documents.paper import FAMILY, a4, writable
from gateway.documents.words import both, city_day, named, words
from services.rating.contract import CertificatesUnavailable


TITLE_POINTS, BODY_POINTS, TEXT_POINTS, SMALL_POINTS = 30, 15, 12, 9.5
LINE_MILLIMETRES, ROW_MILLIMETRES, SMALL_MILLIMETRES = 8, 7, 5.5
QR_MILLIMETRES = 38
# What stands under the table is kept together.
END_MILLIMETRES = 70
# Dots a module: enough for a printer, and for whoever reads the picture out of the file.
QR_DOTS = 8
MINUTES_AN_HOUR = 60
VOID = (170, 20, 15)
FRAME_MILLIMETRES = 9
# Name, width in millimetres, side: together as wide as A4 between its margins.
COLUMNS = (("category", 110, "L"), ("visits", 25, "R"), ("hours", 45, "R"))


def certificate_pdf(certificate: dict[str, Any]) -> bytes:
    """One page; raises FontMissing where there is no Chinese font.

    Raises CertificatesUnavailable where no address is known for the code to lead to.
    """
    if "://" not in certificate["verification_url"]:
        raise CertificatesUnavailable
    said = words()["certificate"]
    paper = a4()
    paper.set_title(both(said["title"]))
    paper.add_page()
    paper.rect(
        FRAME_MILLIMETRES,
        FRAME_MILLIMETRES,
        paper.w - 2 * FRAME_MILLIMETRES,
        paper.h - 2 * FRAME_MILLIMETRES,
    )
    write_title(paper, said, certificate)
    write_statement(paper, said, certificate)
    write_table(paper, said, certificate)
    write_end(paper, said, certificate)
    return bytes(paper.output())


def write_title(paper: FPDF, said: dict[str, Any], certificate: dict[str, Any]) -> None:
    paper.ln(8)
    line(paper, TITLE_POINTS, said["title"]["zh"], 16)
    line(paper, TEXT_POINTS, said["title"]["en"])
    line(paper, TEXT_POINTS, f"{both(said['number'])}  {certificate['number']}")
    if certificate["state"] != "issued":
        paper.set_text_color(*VOID)
        line(paper, BODY_POINTS, both(said["states"][certificate["state"]]), 12)
        paper.set_text_color(0)
    paper.ln(4)


def write_statement(paper: FPDF, said: dict[str, Any], certificate: dict[str, Any]) -> None:
    """Who served, when, how long, in a sentence of each language."""
    facts = {name: certificate[name] for name in ("name", "from_date", "until_date", "visits")}
    facts["name"] = writable(paper, certificate["name"])
    facts["hours"], facts["minutes"] = divmod(certificate["minutes"], MINUTES_AN_HOUR)
    for language, points in (("zh", BODY_POINTS), ("en", TEXT_POINTS)):
        paper.set_font(FAMILY, size=points)
        text = said["statement"][language].format(**facts)
        height = LINE_MILLIMETRES + (2 if language == "zh" else -1)
        paper.multi_cell(0, height, text, new_x="LMARGIN", new_y="NEXT", align="L")
        paper.ln(2)
    paper.ln(2)


def write_table(paper: FPDF, said: dict[str, Any], certificate: dict[str, Any]) -> None:
    paper.set_font(FAMILY, size=SMALL_POINTS)
    row(paper, [both(said["columns"][name]) for name, _, _ in COLUMNS])
    paper.line(paper.l_margin, paper.y, paper.w - paper.r_margin, paper.y)
    paper.set_font(FAMILY, size=TEXT_POINTS - 1)
    for part in certificate["parts"]:
        category = both(named("categories", part["category"] or "unknown"))
        row(paper, [category, str(part["visits"]), duration(part["minutes"])])
    paper.line(paper.l_margin, paper.y, paper.w - paper.r_margin, paper.y)
    total = duration(certificate["minutes"])
    row(paper, [both(said["total"]), str(certificate["visits"]), total])
    paper.ln(6)


def row(paper: FPDF, cells: list[str]) -> None:
    for (_, width, side), text in zip(COLUMNS, cells, strict=True):
        paper.cell(width, ROW_MILLIMETRES, text, align=side)
    paper.ln()


def write_end(paper: FPDF, said: dict[str, Any], certificate: dict[str, Any]) -> None:
    """Who certifies and when, beside the code that leads to where it is checked."""
    if paper.will_page_break(END_MILLIMETRES):
        paper.add_page()
    top = paper.y
    url = certificate["verification_url"]
    paper.image(qr_code(url), x=paper.l_margin, y=top, w=QR_MILLIMETRES, alt_text=url)
    left = paper.l_margin + QR_MILLIMETRES + 8
    for points, text in (
        (BODY_POINTS, certificate["issuer_zh"]),
        (TEXT_POINTS, certificate["issuer_en"]),
        (TEXT_POINTS, f"{both(said['issued'])}  {city_day(certificate['issued_at'])}"),
        (TEXT_POINTS, both(said["rules"], version=certificate["policy_version"])),
    ):
        paper.set_font(FAMILY, size=points)
        paper.set_x(left)
        paper.multi_cell(0, LINE_MILLIMETRES, text, new_x="LMARGIN", new_y="NEXT", align="L")
    paper.set_y(max(paper.y, top + QR_MILLIMETRES) + 3)
    paper.set_font(FAMILY, size=SMALL_POINTS)
    for text in (
        f"{both(said['check'])}  {url}",
        said["free"]["zh"],
        said["free"]["en"],
        said["note"]["zh"],
        said["note"]["en"],
    ):
        paper.multi_cell(0, SMALL_MILLIMETRES, text, new_x="LMARGIN", new_y="NEXT", align="L")


def line(paper: FPDF, points: float, text: str, height: float = LINE_MILLIMETRES) -> None:
    paper.set_font(FAMILY, size=points)
    paper.cell(0, height, text, align="C", new_x="LMARGIN", new_y="NEXT")


def qr_code(text: str) -> io.BytesIO:
    """As a picture; up to a quarter of it may be stained or folded."""
    picture = io.BytesIO()
    segno.make(text, error="q", micro=False).save(picture, kind="png", scale=QR_DOTS, border=4)
    picture.seek(0)
    return picture


def duration(minutes: int) -> str:
    """
    >>> duration(95)
    '1 小时 h 35 分 min'
    """
    hours, rest = divmod(minutes, MINUTES_AN_HOUR)
    return f"{hours} 小时 h {rest} 分 min"
