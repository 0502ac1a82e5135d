"""A statement as CSV: for a spreadsheet, which must show Chinese and must not run what it reads."""

import csv
import io
from typing import Any

from gateway.documents.words import both, city_time, coins, named, words


# By this mark a spreadsheet knows that the file is UTF-8.
MARK = "\ufeff"
# What a spreadsheet would take for a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    *("number", "at", "kind", "provenance", "minutes", "balance_minutes", "coins"),
    *("reference", "policy_version", "transfer_id"),
)


def statement_csv(statement: dict[str, Any]) -> bytes:
    """Opening balance, one row a line, closing balance; amounts as whole minutes."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([both(words()["columns"][name]) for name in COLUMNS])
    rows.writerow(edge("opening", statement["from_date"], statement["opening_minutes"]))
    for line in statement["items"]:
        rows.writerow([harmless(cell) for cell in cells(line)])
    rows.writerow(edge("closing", statement["until_date"], statement["closing_minutes"]))
    if statement["truncated"]:
        rows.writerow([both(words()["truncated"], count=len(statement["items"]))])
    return (MARK + text.getvalue()).encode()


def edge(name: str, day: str, minutes: int) -> list[Any]:
    return ["", day, both(words()[name]), "", "", minutes, coins(minutes)]


def cells(line: dict[str, Any]) -> list[Any]:
    return [
        line["number"],
        city_time(line["at"]),
        both(named("kinds", line["kind"])),
        both(named("provenances", line["provenance"])),
        line["minutes"],
        line["balance_minutes"],
        coins(line["balance_minutes"]),
        line["reference"],
        line["policy_version"],
        line["transfer_id"],
    ]


def harmless(cell: Any) -> Any:
    """The cell with an apostrophe before what a spreadsheet would run.

    >>> harmless("=1+1"), harmless(-60)
    ("'=1+1", -60)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell
