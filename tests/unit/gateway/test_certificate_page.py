"""What the public sees of a certificate: validity, number and hours, on a page for a phone."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlencode

import pytest

from gateway.exchange import HttpAnswer, HttpRequest
from gateway.front import Front
from gateway.limits import Limits, client_of
from gateway.pages import find_page
from services.kernel.contract import Unavailable
from services.rating.contract import UnknownCertificate
from services.rating.domain.certificates import VALIDITY
from tests.unit.gateway.certificates import NAME, NUMBER, PERSON, certificate


PATH = "/certificates/7K3M9QXA2TBVC8HR"
JSON_PATH = "/v1/certificate-checks/7K3M9QXA2TBVC8HR"


class Text(HTMLParser):
    """The words of a page, without its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words, self.tags, self.in_style = "", [], False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self.in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self.in_style:
            self.words += data


def front(answer: Any = None, **settings: Any) -> Front:
    """Rating answers this, with more than it should, or refuses."""

    def call(*_: Any, **__: Any) -> dict[str, Any]:
        if isinstance(answer, Exception):
            raise answer
        return certificate(validity="valid") | (answer or {})

    return Front(call, dict, 10, **settings)


def ask(path: str, answer: Any = None) -> HttpAnswer:
    return front(answer).answer(HttpRequest("GET", path, peer="203.0.113.9"))


@pytest.mark.parametrize(
    ("validity", "zh", "en"),
    [
        ("valid", "✓ 有效", "Valid"),
        ("corrected", "! 已更正", "Corrected"),
        ("revoked", "✗ 已撤销", "Revoked"),
    ],
)
def test_the_page_shows_validity_number_and_hours_and_nothing_else(
    validity: str, zh: str, en: str
) -> None:
    answer = ask(PATH, {"validity": validity})
    page = answer.body.decode()
    said = Text(page).words
    assert (answer.status, answer.content_type) == (200, "text/html; charset=utf-8")
    assert zh in said and en in said and NUMBER in said
    assert "31 小时 35 分钟" in said and "31 h 35 min" in said
    for hidden in (NAME, PERSON, "2026-01-01", "legal", "法律援助", "24", "北京市", "0b8f3c6e"):
        assert hidden not in page
    assert said.index("志愿服务证明核验") < said.index("Check of a service certificate")


def test_the_json_has_three_fields_and_no_more() -> None:
    answer = ask(JSON_PATH)
    assert json.loads(answer.body) == {"number": NUMBER, "validity": "valid", "minutes": 1895}


def test_every_validity_of_rating_has_its_words_on_the_page() -> None:
    for validity in VALIDITY.values():
        assert ask(PATH, {"validity": validity}).status == 200


@pytest.mark.parametrize(
    ("error", "status", "zh"),
    [
        (UnknownCertificate(), 404, "没有此编号的证明"),
        (Unavailable(), 503, "暂时无法核验"),
        (ValueError("secret"), 500, ""),
    ],
)
def test_what_is_not_found_or_not_there_is_told_in_words(
    error: Exception, status: int, zh: str
) -> None:
    answer = ask(PATH, error)
    assert answer.status == status
    assert zh in answer.body.decode()
    assert "secret" not in answer.body.decode()


def test_a_number_that_is_none_is_told_so_and_not_shown_again() -> None:
    answer = ask("/certificates/" + "<script>" * 10)
    assert answer.status == 422
    assert "编号不正确" in answer.body.decode()
    assert "<script" not in answer.body.decode()


def test_it_reads_well_on_a_phone_and_loads_and_runs_nothing() -> None:
    answer = ask(PATH)
    page = answer.body.decode()
    tags = Text(page).tags
    assert ("html", {"lang": "zh-CN"}) in tags
    assert any(
        attrs.get("name") == "viewport" and "width=device-width" in attrs["content"]
        for tag, attrs in tags
        if tag == "meta"
    )
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in tags}
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert "font: 1.25rem" in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy and "form-action 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    # A style of its own in a tag would be refused by that policy.
    assert not any("style" in attrs for _, attrs in tags)


def test_a_number_typed_in_leads_to_its_page() -> None:
    empty = find_page(HttpRequest("GET", "/certificates"), dict)
    assert empty is not None and b"<form" in empty.body
    typed = find_page(HttpRequest("GET", "/certificates", "number=7k3m-9qxa+2tbv-c8hr"), dict)
    assert typed is not None
    assert (typed.status, typed.headers["Location"]) == (303, "/certificates/7k3m-9qxa2tbv-c8hr")
    evil = find_page(HttpRequest("GET", "/certificates", "number=//evil.example%0d%0aX:1"), dict)
    assert evil is not None
    assert re.fullmatch(r"/certificates/[A-Za-z0-9]+", evil.headers["Location"])


@pytest.mark.parametrize("typed", ["7K3M/9QXA", "/", "a/b/c/", ".", "..", "?#"])
def test_whatever_is_typed_in_is_answered_by_a_page_for_people(typed: str) -> None:
    answer = find_page(HttpRequest("GET", "/certificates", urlencode({"number": typed})), dict)
    assert answer is not None
    if answer.status == 303:
        answer = ask(unquote(answer.headers["Location"]), UnknownCertificate())
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.status in (404, 422) and "编号" in answer.body.decode()


def test_one_address_tries_only_so_many_numbers_a_minute_and_others_go_on() -> None:
    now = [0.0]
    door = front(UnknownCertificate(), limits=Limits(3, clock=lambda: now[0]))

    def status(path: str, peer: str) -> int:
        return door.answer(HttpRequest("GET", path, peer=peer)).status

    assert [status(PATH, "203.0.113.9") for _ in range(4)] == [404, 404, 404, 429]
    # The page and the JSON are counted together.
    assert status(JSON_PATH, "203.0.113.9") == 429
    assert status(JSON_PATH, "203.0.113.10") == 404
    refused = door.answer(HttpRequest("GET", PATH, peer="203.0.113.9"))
    assert "查询过于频繁" in refused.body.decode()
    assert refused.headers["Retry-After"] == "60"
    now[0] = 20.0
    assert [status(PATH, "203.0.113.9") for _ in range(2)] == [404, 429]
    now[0] = 1000.0
    assert [status(PATH, "203.0.113.9") for _ in range(4)] == [404, 404, 404, 429]
    assert status("/v1/keys", "203.0.113.9") != 429


def test_behind_a_proxy_each_client_is_counted_and_a_made_up_header_helps_nobody() -> None:
    door = front(UnknownCertificate(), limits=Limits(1), proxies=1)

    def status(forwarded: str) -> int:
        headers = {"x-forwarded-for": forwarded}
        return door.answer(HttpRequest("GET", PATH, headers=headers, peer="10.0.0.1")).status

    assert [status("203.0.113.9"), status("203.0.113.10")] == [404, 404]
    assert [status(f"{n}.1.1.1, 203.0.113.9") for n in range(3)] == [429, 429, 429]
    # The addresses of one home count as one.
    assert [status("2001:db8::1"), status("2001:db8::2"), status("2001:db8:1::2")] == [
        *(404, 429, 404)
    ]


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:cb00:7109", "203.0.113.9"),
        ("203.0.113.9:51724", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "10.0.0.1"),
    ],
)
def test_one_client_is_not_taken_for_many_nor_many_for_one_however_a_proxy_writes_them(
    address: str, client: str
) -> None:
    assert client_of("10.0.0.1", {"x-forwarded-for": address}, 1) == client


def test_very_many_clients_take_no_more_memory_than_is_allowed() -> None:
    limits = Limits(1, most_clients=5)
    for number in range(100):
        limits.take(f"203.0.113.{number}")
    assert len(limits.buckets) == 5
