"""What was measured: medians, their ratios, a table, and bench/ledger.json."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median


FILE = Path("bench") / "ledger.json"


@dataclass(frozen=True)
class Figure:
    """A median beside the one it is held against; ``wanted`` is the least (or most) ratio."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    wanted: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None


class Measured:
    """The single values of every round, by name."""

    def __init__(self) -> None:
        self.values: dict[str, list[float]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        self.values[name].append(value)

    def median(self, name: str) -> float:
        return median(self.values[name])


def table(figures: list[Figure]) -> str:
    rows = [("", "median", "unit", "baseline", "ratio", "wanted")]
    for each in figures:
        baseline = f"{each.baseline:,.1f}" if each.baseline else ""
        ratio = f"{each.ratio:.2f}" if each.ratio else ""
        rows.append((each.name, f"{each.value:,.1f}", each.unit, baseline, ratio, each.wanted))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for name, *others in rows:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([f"{name:<{widths[0]}}", *cells]).rstrip())
    return "\n".join(lines)


def write(
    figures: list[Figure], measured: Measured, machine: dict[str, str], file: Path = FILE
) -> Path:
    file.parent.mkdir(exist_ok=True)
    document = {
        "machine": machine,
        "figures": [
            {
                "name": each.name,
                "value": round(each.value, 2),
                "unit": each.unit,
                "baseline": round(each.baseline, 2) if each.baseline else None,
                "ratio": round(each.ratio, 3) if each.ratio else None,
                "wanted": each.wanted or None,
            }
            for each in figures
        ],
        "rounds": {
            name: [round(value, 2) for value in all_] for name, all_ in measured.values.items()
        },
    }
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return file
