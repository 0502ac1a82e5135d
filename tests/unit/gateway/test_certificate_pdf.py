"""A certificate on paper: read back by a PDF reader and by a reader of QR codes."""

import io
from typing import Any

import pytest
import yaml
import zxingcpp
from pypdf import PdfReader
from pypdf._page import PageObject

from gateway.documents import CERTIFICATE_PDF, certificate_pdf
from gateway.documents.words import words
from services.matching.contract import Category
from services.rating.contract import CertificatesUnavailable
from services.rating.domain.certificates import CertificateState
from tests.conftest import ROOT
from tests.unit.gateway.certificates import NAME, NUMBER, PERSON, URL, certificate


def pages(**others: Any) -> list[PageObject]:
    return list(PdfReader(io.BytesIO(certificate_pdf(certificate(**others)))).pages)


def text_of(page: PageObject) -> str:
    """Without the places where a line ends, and with plain spaces."""
    return " ".join(page.extract_text().split())


def test_the_paper_says_who_what_how_long_and_by_whom_in_chinese_and_english() -> None:
    (page,) = pages()
    said = text_of(page)
    for expected in (
        "志愿服务记录证明",
        "Certificate of Volunteer Service",
        f"证明编号 Number {NUMBER}",
        f"兹证明 {NAME} 于 2026-01-01 至 2026-06-30 期间",
        "24 次",
        "服务时长合计 31 小时 35 分钟",
        "31 hours and 35 minutes in all",
        "法律援助 Legal aid 23 30 小时 h 0 分 min",
        "其他服务 Other service 1 1 小时 h 35 分 min",
        "合计 In all 24 31 小时 h 35 分 min",
        "北京市养老服务时间银行 Beijing Time Bank for Elderly Care",
        "出具日期 Issued 2026-07-01",
        "依据政策第 3 版",
        "民政部令第67号",
        "免费",
    ):
        assert expected in said
    assert PERSON not in said
    assert "撤销" not in said and "更正" not in said


def test_the_qr_code_leads_to_where_it_is_checked() -> None:
    (page,) = pages()
    (picture,) = page.images
    assert picture.image is not None
    codes = zxingcpp.read_barcodes(picture.image)
    assert [(code.format, code.text) for code in codes] == [(zxingcpp.BarcodeFormat.QRCode, URL)]
    assert URL in text_of(page)


@pytest.mark.parametrize(
    ("state", "words_"),
    [("revoked", "已撤销，无效 REVOKED"), ("corrected", "已更正，请以新证明为准")],
)
def test_one_that_does_not_stand_says_so_on_paper_too(state: str, words_: str) -> None:
    (page,) = pages(state=state)
    assert words_ in text_of(page)


def test_there_are_words_for_every_state_that_does_not_stand() -> None:
    assert set(words()["certificate"]["states"]) == set(CertificateState) - {"issued"}


def test_a_long_name_and_all_categories_fit_on_one_page() -> None:
    parts = [{"category": each.value, "minutes": 60, "visits": 1} for each in Category]
    (page,) = pages(name="阿卜杜热合曼·买买提吐尔逊" * 2, parts=parts)
    assert "指导防范金融和网络风险" in text_of(page)


def test_a_rare_letter_of_a_name_is_told_by_its_number_and_leaves_no_gap() -> None:
    (page,) = pages(name="张\U0002c35b\u4dae")
    assert "张〓(U+2C35B)\u4dae" in text_of(page)


def test_no_paper_is_made_whose_code_leads_nowhere() -> None:
    with pytest.raises(CertificatesUnavailable):
        pages(verification_url="/certificates/7K3M9QXA2TBVC8HR")


def test_categories_are_called_as_the_catalogue_calls_them() -> None:
    source = ROOT / "services/matching/data/categories.yaml"
    catalogue = yaml.safe_load(source.read_text(encoding="utf-8"))
    called = {each["category"]: (each["name_zh"], each["name_en"]) for each in catalogue}
    ours = {code: (said["zh"], said["en"]) for code, said in words()["categories"].items()}
    assert {code: ours[code] for code in called} == called
    assert set(ours) - set(called) == {"unknown"}


def test_the_file_is_named_after_the_number() -> None:
    assert CERTIFICATE_PDF.file_name(certificate()) == f"certificate-{NUMBER}.pdf"
