"""A rule's number stands in the policy: every other number of a domain is here with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest


SERVICES = Path(__file__).parents[3] / "services"
# Clocks, calendars and maps; codes of places and papers; limits that guard the platform against
# nonsense, not people's rights. What a city might want to change belongs in deploy/policies.
ALLOWED: dict[str, dict[float, str]] = {
    "identity/domain/codes.py": {
        6: "the digits of a code, as its form in the contract says",
        60: "seconds a minute",
    },
    "identity/domain/family.py": {2: "the second of two ids that stand for a direction"},
    "identity/domain/group_sheets.py": {
        60: "the longest name that a cell of a sheet holds",
        200: "the longest evidence, as in the contract",
    },
    "identity/domain/id_number.py": {
        2: "GB 11643: powers of two; the sex is odd or even",
        11: "GB 11643: the check digit is modulo eleven",
        18: "GB 11643: the digits of a number",
        130: "nobody alive is older: a typing error",
        8: "stars where digits are hidden",
    },
    "identity/domain/jobs.py": {
        120: "the lease of a job, longer than any provider's time-out",
        30: "doublings after which a pause is at its longest whatever it began with",
        2: "pauses double, and half of each is left to chance",
    },
    "identity/domain/kinship.py": {
        2: "generations",
        3: "generations",
        12: "nobody is a parent younger: a typing error",
    },
    "identity/domain/memberships.py": {366: "a first day further ahead is a typing error"},
    "identity/domain/people.py": {
        6: "digits of a district",
        9: "digits of a street",
    },
    "identity/domain/policy_rules.py": {500: "the longest reason that is read"},
    "identity/domain/rules.py": {
        24: "hours a day",
        60: "minutes an hour",
    },
    "identity/domain/sessions.py": {
        10: "seconds after which a check of a password that never ended counts as failed",
        2: "days for which void tokens are told, beyond the longest life of one",
    },
    "ledger/domain/accounts.py": {
        60: "minutes a coin (S2)",
        4096: "accounts remembered for speed",
    },
    "ledger/domain/policy.py": {
        30: "days to pick up, in versions from before the rule",
        7: "days to return, likewise",
        5: "wrong codes, likewise",
        15: "minutes over which they count, likewise",
    },
    "ledger/domain/replay.py": {2: "a transfer has two sides"},
    "ledger/domain/solvency.py": {
        365: "days a year",
        90: "days that the forecast continues: a figure to look at, by which nothing is decided",
        100: "per cent",
    },
    "ledger/domain/transfers.py": {
        16: "bytes of an id",
        2: "a transfer has two sides",
    },
    "matching/domain/candidates.py": {
        500: "the grid's cells, for speed",
        60: "minutes an hour",
        2: "cells beyond the edge",
    },
    "matching/domain/captures.py": {3600: "seconds an hour"},
    "matching/domain/dispatch.py": {
        10_000_000: "further than anybody: serving comes before walking",
        2: "halves, in turn",
    },
    "matching/domain/finding.py": {
        4: "digits to which scores are rounded",
        100: "metres to which a distance is shown, so that it leads to no door",
        5: "the most stars",
    },
    "matching/domain/finding_policy.py": {1000: "per mille"},
    "matching/domain/places.py": {
        2: "the haversine formula",
        180: "degrees",
        6_371_008.8: "the earth's radius in metres",
    },
    "matching/domain/routes.py": {2: "there and back"},
    "matching/domain/series.py": {7: "days a week"},
    "matching/domain/signals.py": {
        3600: "seconds an hour",
        1000: "metres a kilometre",
        2: "two people are no ring; two places have an error each",
        60: "minutes an hour",
    },
    "matching/domain/volunteers.py": {
        24: "hours a day",
        60: "minutes an hour",
    },
    "rating/domain/explaining.py": {
        3: "decimals, where two do not tell",
        10: "the most decimals",
    },
    "rating/domain/numbers.py": {
        4: "letters of a group, for reading aloud",
        5: "bits a letter of 32",
        15: "letters of a number, of 75 bits: more than can be guessed",
        37: "the polynomial of the check letter",
    },
    "rating/domain/reputation.py": {
        2: "rounding to the nearest tenth",
        10: "tenths",
        20: "tenths, doubled for rounding",
        100: "hundredths of a star",
    },
    "rating/domain/selection_policy.py": {100: "per cent"},
    "rating/domain/shortlist.py": {
        2: "half of the last digit is rounded up",
        5: "the most stars that a rating can say",
    },
    "rating/domain/stars.py": {60: "minutes an hour"},
    "rating/domain/visits.py": {6: "digits of a district"},
}


def numbers(tree: ast.AST) -> Iterator[float]:
    """The numbers but nothing, one and minus one; positions in a text are none."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(tree, ast.Subscript) and node is tree.slice:
            continue
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            if abs(node.value) not in (0, 1):
                yield node.value
        else:
            yield from numbers(node)


def found() -> dict[str, set[float]]:
    by_file = {
        str(path.relative_to(SERVICES)): set(numbers(ast.parse(path.read_text(encoding="utf-8"))))
        for path in sorted(SERVICES.glob("*/domain/**/*.py"))
    }
    return {name: values for name, values in by_file.items() if values}


def test_a_number_in_a_domain_is_a_rule_of_the_policy_or_has_its_reason_here() -> None:
    assert found() == {name: set(reasons) for name, reasons in ALLOWED.items()}


@pytest.mark.parametrize(
    ("code", "seen"),
    [
        ("if minutes < 15: pass", {15}),
        ("def cut(minutes, most=240): pass", {240}),
        ("MOST = 480", {480}),
        ("age >= 60 and not (1 or 0 or -1)", {60}),
        ("wait = timedelta(hours=2.5)", {2.5}),
        ("minutes * 0.5", {0.5}),
        ("street[:6] + number[7] + True", set()),
    ],
)
def test_a_number_is_found_wherever_it_stands(code: str, seen: set[float]) -> None:
    assert set(numbers(ast.parse(code))) == seen
