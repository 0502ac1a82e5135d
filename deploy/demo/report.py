"""What the play prints: a line per step with ✓ or ✗, tables, and how many expectations held."""

import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.city.log_ins import table
from services.kernel.calendar import CITY_TIME


MESSAGES = Path(__file__).parent / "messages.yaml"
GREEN, RED, BOLD, FAINT, PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
ID_LETTERS = 8
FACT_COLUMNS = 3


@cache
def messages() -> dict[str, Any]:
    """The catalogue of sentences."""
    return dict(yaml.safe_load(MESSAGES.read_text(encoding="utf-8")))


def short(identifier: str) -> str:
    """
    >>> short("2f1c9e66-0d3b-4d2b-9a51-0c9c86d2b0aa")
    '2f1c9e66'
    """
    return str(identifier)[:ID_LETTERS]


def hour(moment: str | datetime) -> str:
    """The city's day and time of day.

    >>> hour("2026-11-25T02:00:00+00:00")
    '11-25 10:00'
    """
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(CITY_TIME).strftime("%m-%d %H:%M")


@dataclass(frozen=True)
class Step:
    """One thing that happened, and whether it is what should have."""

    number: int
    name: str
    fact: str
    held: bool
    zh: str
    en: str
    before: int | None = None
    after: int | None = None
    instead: str = ""


class Report:
    """Collects the steps and prints them as they come, unless asked to be quiet."""

    def __init__(self, quiet: bool = False, colours: bool | None = None):
        self.quiet = quiet
        self.colours = sys.stdout.isatty() if colours is None else colours
        self.steps: list[Step] = []
        self.tables: dict[str, Any] = {}
        self.broken = ""

    @property
    def failed(self) -> int:
        return sum(not step.held for step in self.steps)

    @property
    def held(self) -> bool:
        return bool(self.steps) and not self.failed and not self.broken

    def say(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)

    def paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{PLAIN}" if self.colours else text

    def chapter(self, name: str) -> None:
        words = messages()["chapters"][name]
        self.say(self.paint(BOLD, f"\n{words['zh']}  {words['en']}"))

    def step(
        self,
        name: str,
        held: bool,
        before: int | None = None,
        after: int | None = None,
        /,
        instead: str = "",
        **facts: Any,
    ) -> None:
        """Tell one step; ``before`` and ``after`` are a balance in minutes."""
        words = messages()["steps"][name]
        step = Step(
            number=len(self.steps) + 1,
            name=name,
            fact=words["fact"],
            held=held,
            zh=words["zh"].format(**facts),
            en=words["en"],
            before=before,
            after=after,
            instead="" if held else instead,
        )
        self.steps.append(step)
        self.say(self.line(step))

    def line(self, step: Step) -> str:
        mark = self.paint(GREEN, "✓") if step.held else self.paint(RED, "✗")
        parts = [f"{mark} {step.number:>2} {step.fact:<{FACT_COLUMNS}} {step.zh}"]
        parts.append(self.paint(FAINT, step.en))
        if step.before is not None:
            parts.append(f"{step.before} → {step.after}")
        if step.instead:
            parts.append(self.paint(RED, step.instead))
        return "  ".join(parts)

    def break_off(self, reason: str) -> None:
        self.broken = reason
        words = messages()["ends"]["broken"]
        self.say(self.paint(RED, f"✗ {words['zh']}  {words['en']}: {reason}"))

    def show(self, name: str, rows: list[tuple[str, ...]], data: Any, /, **facts: Any) -> None:
        """A table with the catalogue's title and columns."""
        words = messages()["tables"]
        self.tables[name] = data
        title = f"{words[name]['zh'].format(**facts)}  {words[name]['en']}"
        columns = tuple(words[f"{name}_columns"])
        lines = table([columns, *rows]).splitlines()
        self.say(self.paint(BOLD, f"\n{title}") + "".join(f"\n   {line}" for line in lines))

    def end(self) -> None:
        ends, count = messages()["ends"], len(self.steps)
        words, colour = (ends["held"], GREEN) if self.held else (ends["failed"], RED)
        facts = {"count": count, "failed": self.failed + bool(self.broken)}
        line = f"{words['zh'].format(**facts)}  {words['en'].format(**facts)}"
        self.say("\n" + self.paint(colour, line))

    def as_json(self) -> str:
        document = {
            "held": self.held,
            "broken": self.broken or None,
            "steps": [asdict(step) for step in self.steps],
            **self.tables,
        }
        return json.dumps(document, ensure_ascii=False, indent=2)


def statement_rows(lines: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    words = messages()
    return [
        (
            hour(line["at"]),
            words["kinds"].get(line["kind"], line["kind"]),
            words["provenances"].get(line["provenance"], line["provenance"]),
            f"{line['minutes']:+d}",
            str(line["balance_minutes"]),
        )
        for line in lines
    ]


def trial_balance_rows(balance: dict[str, Any]) -> list[tuple[str, ...]]:
    words = messages()
    rows: list[tuple[str, ...]] = [
        (
            words["accounts"].get(item["kind"], item["kind"]),
            str(item["accounts"]),
            str(item["amount"]),
        )
        for item in balance["items"]
        if item["unit"] == "minutes"
    ]
    return [*rows, (words["tables"]["total"], "", str(balance["total_minutes"]))]
