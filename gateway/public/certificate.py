"""Where anybody checks a certificate: whether it is good, its number, its hours, and no more."""

import base64
import hashlib
from functools import cache
from html import escape
from http import HTTPStatus
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import parse_qs, quote

import yaml

from gateway.exchange import HttpAnswer
from gateway.problems import headers_of
from services.kernel.contract import Error, InvalidRequest


HTML = "text/html; charset=utf-8"
LANGUAGES = ("zh", "en")
MINUTES_AN_HOUR = 60
LONGEST_NUMBER = 60
PATH = "/certificates"


def read(name: str) -> str:
    return (files("gateway.public") / name).read_text(encoding="utf-8")


@cache
def words() -> dict[str, Any]:
    return dict(yaml.safe_load(read("certificate.yaml")))


@cache
def frame() -> tuple[str, Template]:
    """The style and the page around what is said, with the words that are always there."""
    style, said = read("certificate.css"), words()
    names = ("title", "enter", "check", "privacy")
    always = {f"{name}_{each}": escape(said[name][each]) for name in names for each in LANGUAGES}
    text = Template(read("certificate.html")).safe_substitute(always, style=style)
    return style, Template(text)


@cache
def policy() -> str:
    """Our one style and our own form, and nothing else: no script, no picture, no other's page."""
    digest = base64.b64encode(hashlib.sha256(frame()[0].encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def page(status: int, content: str, headers: dict[str, str] | None = None) -> HttpAnswer:
    text = frame()[1].substitute(content=content)
    safe = {"Content-Security-Policy": policy()} | (headers or {})
    return HttpAnswer(status, text.encode(), HTML, safe)


def certificate_form(query_string: str) -> HttpAnswer:
    """Where a number is typed in; with one it leads to that certificate's page."""
    typed = parse_qs(query_string).get("number", [""])[0]
    # Of a path's own signs, such as / and .., none may lead elsewhere.
    number = "".join(each for each in typed if each.isalnum() or each == "-")[:LONGEST_NUMBER]
    if number:
        headers = {"Location": f"{PATH}/{quote(number, safe='')}"}
        return HttpAnswer(HTTPStatus.SEE_OTHER, headers=headers)
    return certificate_problem(InvalidRequest()) if typed.strip() else page(HTTPStatus.OK, "")


def certificate_page(answer: dict[str, Any]) -> HttpAnswer:
    said = words()
    verdict = said["validity"][answer["validity"]]
    hours, minutes = divmod(answer["minutes"], MINUTES_AN_HOUR)
    amounts = {
        each: said["amount"][each].format(hours=hours, minutes=minutes) for each in LANGUAGES
    }
    facts = fact(said["number"], answer["number"])
    facts += fact(said["hours"], amounts["zh"], amounts["en"])
    sign = f"{verdict['sign']} "
    content = state(answer["validity"], verdict, sign) + f"<dl>{facts}</dl>"
    return page(HTTPStatus.OK, content + both(said["compare"]))


def certificate_problem(error: Error) -> HttpAnswer:
    """A refusal in words for whoever holds the paper, with the status that belongs to it."""
    refusals = words()["refusals"]
    said = refusals.get(error.status, refusals["other"])
    return page(error.status, state("refused", said), headers_of(error, token_given=False))


def state(name: str, said: dict[str, str], sign: str = "") -> str:
    return (
        f'<section class="state {escape(name)}" role="status"><strong>{sign}{escape(said["zh"])}'
        f'<span lang="en">{escape(said["en"])}</span></strong>'
        f'<p>{escape(said["why_zh"])}</p><p lang="en">{escape(said["why_en"])}</p></section>'
    )


def fact(name: dict[str, str], value: str, in_english: str = "") -> str:
    english = f' <span lang="en">{escape(in_english)}</span>' if in_english else ""
    return (
        f'<dt>{escape(name["zh"])} <span lang="en">{escape(name["en"])}</span></dt>'
        f"<dd>{escape(value)}{english}</dd>"
    )


def both(said: dict[str, str]) -> str:
    return f'<p>{escape(said["zh"])}</p><p lang="en">{escape(said["en"])}</p>'
