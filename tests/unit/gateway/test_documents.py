"""Statements as files: what is in them can be read back, by people and by computers."""

import csv
import io
import json
from importlib import import_module
from typing import Any

import pytest
from pypdf import PdfReader

from gateway.documents import EXPORT_JSON, FontMissing, code_card_pdf, statement_csv, statement_pdf
from gateway.documents.words import coins, words
from gateway.exchange import HttpRequest
from gateway.front import Front
from gateway.routes import find_route
from services.ledger.contract import Provenance
from services.ledger.domain import TransferKind


PERSON = "0193583c-7ae2-7b9b-8f6a-1f2a5a7d9e10"
PATH = f"/v1/people/{PERSON}/statement/period"


def line(number: int, minutes: int, balance: int, **others: Any) -> dict[str, Any]:
    return {
        "number": number,
        "transfer_id": PERSON,
        "at": "2026-06-01T02:00:00+00:00",
        "kind": "post",
        "provenance": "earned",
        "minutes": minutes,
        "balance_minutes": balance,
        "reference": PERSON,
        "policy_version": 1,
        "acted_by": None,
    } | others


def statement(*lines: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {
        "person_id": PERSON,
        "name": "王小明",
        "from_date": "2026-06-01",
        "until_date": "2026-06-30",
        "opening_minutes": 60,
        "closing_minutes": 60 + sum(each["minutes"] for each in lines),
        "items": list(lines),
        "truncated": False,
        "height": 1234,
        "block_hash": "ab" * 32,
        "printed_at": "2026-07-01T01:00:00+00:00",
    } | others


def pages(body: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_printed_statement_says_whose_it_is_in_chinese_and_every_amount() -> None:
    (page,) = pages(statement_pdf(statement(line(7, 95, 155), line(9, -35, 120))))
    for words_ in ("时间币账户对账单", "王小明", PERSON, "2026-06-01 — 2026-06-30"):
        assert words_ in page
    for words_ in ("期初余额 Opening balance", "60 分钟 min（1）", "+95", "2 35/60", "-35"):
        assert words_ in page
    assert "2026-06-01 10:00" in page
    assert "期末余额 Closing balance  120 分钟 min（2）" in page


def test_every_page_has_its_number_the_heading_and_the_block_to_check_it_by() -> None:
    found = pages(statement_pdf(statement(*(line(n, 1, 60 + n) for n in range(1, 101)))))
    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert f"第 {number} 页，共 {len(found)} 页" in page
        assert "末区块 1234 号" in page
        assert "ab" * 32 in page
        assert ("服务入账" in page) == ("余额分钟" in page)
    assert sum(page.count("服务入账 visit served") for page in found) == 100


def test_a_period_without_movement_and_one_that_is_too_long_say_so() -> None:
    assert "本期没有变动" in pages(statement_pdf(statement()))[0]
    cut = pages(statement_pdf(statement(line(1, 1, 61), truncated=True)))[0]
    assert "仅列出前 1 笔" in cut


def test_a_server_without_a_chinese_font_refuses_rather_than_print_boxes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    here = import_module("gateway.documents.paper")
    monkeypatch.setattr(here, "FONT", tmp_path / "none.ttc")
    with pytest.raises(FontMissing):
        statement_pdf(statement())


def test_a_table_has_opening_and_closing_and_whole_minutes() -> None:
    head, opening, first, closing = rows(statement_csv(statement(line(7, 95, 155))))
    assert head[4] == "分钟 Minutes"
    assert opening[1:3] == ["2026-06-01", "期初余额 Opening balance"]
    assert opening[5:7] == ["60", "1"]
    assert first[:7] == [
        *("7", "2026-06-01 10:00", "服务入账 visit served"),
        *("服务所得 earned", "95", "155", "2 35/60"),
    ]
    assert closing[5:7] == ["155", "2 35/60"]


def test_a_spreadsheet_does_not_run_what_a_cell_says() -> None:
    found = rows(statement_csv(statement(line(7, -95, -35, kind="=HYPERLINK(1)", reference="@x"))))
    assert found[2][2] == "'=HYPERLINK(1)"
    assert found[2][7] == "'@x"
    assert found[2][4] == "-95"


@pytest.mark.parametrize("kind", TransferKind)
def test_every_kind_of_transfer_that_a_wallet_sees_has_its_words(kind: TransferKind) -> None:
    if not kind.value.startswith("points_"):
        assert set(words()["kinds"][kind.value]) == {"zh", "en"}


def test_every_provenance_has_its_words() -> None:
    assert set(words()["provenances"]) == set(Provenance)


def test_amounts_are_exact() -> None:
    assert [coins(minutes) for minutes in (0, 59, 60, 61, -61)] == [
        *("0", "59/60", "1", "1 1/60", "-1 1/60"),
    ]


@pytest.mark.parametrize(
    ("ending", "content_type", "begins"),
    [("csv", "text/csv; charset=utf-8", b"\xef\xbb\xbf"), ("pdf", "application/pdf", b"%PDF-")],
)
def test_a_file_route_asks_the_same_and_answers_a_file_to_save(
    ending: str, content_type: str, begins: bytes
) -> None:
    asked = []

    def answered(service: str, operation: str, payload: Any, **_: Any) -> dict[str, Any]:
        asked.append((service, operation, payload))
        return statement(line(7, 95, 155))

    route, values = find_route("GET", f"{PATH}.{ending}")
    front = Front(answered, dict, 10)
    request = HttpRequest("GET", PATH, "from_date=2026-06-01&until_date=2026-06-30")
    front.caller_for = lambda *_: None  # type: ignore[method-assign,assign,return-value]
    answer = front.serve(route, values, request, "c")
    assert asked[0][:2] == ("ledger", "print_statement")
    assert asked[0][2]["person_id"] == PERSON
    assert (answer.status, answer.content_type) == (200, content_type)
    assert answer.body.startswith(begins)
    named = f'attachment; filename="statement-2026-06-01-2026-06-30.{ending}"'
    assert answer.headers["Content-Disposition"] == named


def test_a_card_of_codes_is_one_page_with_every_code_in_two_languages() -> None:
    codes = [{"number": n, "code": f"{12345600 + n}"} for n in range(1, 21)]
    card = {"name": "王秀兰", "issued_at": "2026-11-25T01:00:00+00:00", "codes": codes}
    (page,) = pages(code_card_pdf(card))
    said = ("时间银行签到码卡", "Card of one-time codes", "王秀兰", "2026-11-25 09:00")
    assert all(words in page for words in said)
    assert all(f"1234 {5600 + n}" in page for n in range(1, 21))


def test_what_is_held_on_somebody_is_a_file_that_they_can_read_and_a_program_too() -> None:
    export = {"person_id": PERSON, "sections": [{"title_zh": "基本信息", "entries": []}]}
    route, _ = find_route("GET", f"/v1/people/{PERSON}/data.json")
    assert route.document is EXPORT_JSON
    body = EXPORT_JSON.write(export)
    assert json.loads(body) == export
    assert "基本信息".encode() in body and b"\n  " in body
    assert EXPORT_JSON.file_name(export) == f"personal-data-{PERSON}.json"
