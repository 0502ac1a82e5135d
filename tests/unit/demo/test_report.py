"""The report: the catalogue fits the play, and a failed expectation is never lost."""

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from deploy.demo import play, report
from deploy.demo.__main__ import main
from deploy.demo.report import Report, messages, statement_rows, trial_balance_rows
from tests.unit.demo.conftest import Server


def names_said_in_the_play() -> set[str]:
    """The first argument of every ``step``, ``refused`` and ``Row`` call in the play."""
    chapters = Path(str(play.__file__)).parent.glob("*.py")
    trees = [ast.parse(chapter.read_text(encoding="utf-8")) for chapter in chapters]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    firsts = {call.args[0] for call in calls if name_of(call) in ("step", "refused", "Row")}
    return {first.value for first in firsts if isinstance(first, ast.Constant)}


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", "") or getattr(call.func, "id", ""))


def test_the_catalogue_has_every_sentence_of_the_play_and_no_other() -> None:
    assert names_said_in_the_play() == set(messages()["steps"])


def test_every_sentence_names_a_fact_and_speaks_both_languages() -> None:
    for name, words in messages()["steps"].items():
        assert re.fullmatch(r"S([1-9]|1[0-7])", words["fact"]), name
        assert re.search(r"[\u4e00-\u9fff]", words["zh"]), name
        assert words["en"].isascii(), name


def test_no_chinese_stands_in_the_code() -> None:
    for module in Path(str(report.__file__)).parent.rglob("*.py"):
        assert not re.search(r"[\u4e00-\u9fff]", module.read_text(encoding="utf-8")), module.name


def facts_of(name: str) -> dict[str, str]:
    zh = messages()["steps"][name]["zh"]
    return {field: "x" for _, field, _, _ in Formatter().parse(zh) if field}


def test_all_held_is_a_success(capsys: pytest.CaptureFixture[str]) -> None:
    told = Report(colours=False)
    told.step("earned", True, 0, 95, **facts_of("earned"))
    told.end()
    assert told.held
    printed = capsys.readouterr().out
    assert "✓  1 S2" in printed and "0 → 95" in printed and "\x1b" not in printed


def test_one_failed_expectation_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    told = Report(colours=True)
    told.step("earned", True, **facts_of("earned"))
    told.step("too_far", False, instead="accepted", **facts_of("too_far"))
    told.end()
    assert not told.held and told.failed == 1
    printed = capsys.readouterr().out
    assert "✗" in printed and "accepted" in printed and report.RED in printed


def test_breaking_off_fails_even_when_all_before_held() -> None:
    told = Report(quiet=True)
    told.step("earned", True, **facts_of("earned"))
    told.break_off("503 unavailable")
    assert not told.held
    assert json.loads(told.as_json())["broken"] == "503 unavailable"


def test_a_play_without_steps_is_no_success() -> None:
    assert not Report(quiet=True).held


def test_quiet_says_nothing_and_json_says_all(capsys: pytest.CaptureFixture[str]) -> None:
    told = Report(quiet=True)
    told.chapter("visit")
    told.step("earned", True, 0, 95, **facts_of("earned"))
    told.show("statement", [], [{"minutes": 95}], name="x")
    told.end()
    assert capsys.readouterr().out == ""
    document = json.loads(told.as_json())
    assert document["held"] and document["steps"][0]["after"] == 95
    assert document["statement"] == [{"minutes": 95}]


def test_tables_show_signs_totals_and_words() -> None:
    line = {"at": "2026-11-25T02:35:00+00:00", "kind": "post", "provenance": "earned"}
    row = statement_rows([line | {"minutes": 95, "balance_minutes": 95}])[0]
    assert row[0] == "11-25 10:35" and row[3:] == ("+95", "95")
    items = [{"kind": "escrow", "unit": "minutes", "accounts": 1, "amount": 0}]
    rows = trial_balance_rows({"items": items, "total_minutes": 0})
    assert [cells[1:] for cells in rows] == [("1", "0"), ("", "0")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("bad_credentials", "deploy.city load"),
        ("invalid_clock", "TIMEBANK_MODE"),
        ("unavailable", "not ready (503 unavailable"),
    ],
)
def test_a_platform_that_cannot_be_played_on_is_told_in_one_sentence(
    server: Server,
    code: str,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.status, server.answer = 503, json.dumps({"code": code}).encode()
    monkeypatch.setattr("sys.argv", ["demo", "--url", server.url])
    assert main() == 2
    assert words in capsys.readouterr().err


def test_without_a_platform_one_sentence_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["demo", "--url", "http://127.0.0.1:1"])
    assert main() == 2
    assert "make run" in capsys.readouterr().err
