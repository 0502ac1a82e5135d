"""No rule hides beside the domains: numbers in timers, batches and codes have their reason here."""

import ast

from tests.unit.policies.test_no_number_in_code import SERVICES, numbers


# What stands in contracts bounds what is read at all, and migrations are what has been; both are
# pinned by tests of their own.
APART = {"kernel", "contract", "migrations", "domain"}
BATCH = "at a time, so that no transaction is long"
TIMER = "seconds between two looks of a timer; what is due, a rule says"
LOCK = "the name of a lock"
SHOWN = "the most that one answer shows"
SQL = "the largest number that the database holds"
ATTEMPTS = "how often a machine tries again"
ALLOWED: dict[str, dict[float, str]] = {
    "identity/codes.py": {10: "decimal digits"},
    "identity/courier.py": {10: BATCH},
    "identity/memberships.py": {200: BATCH},
    "identity/passwords.py": {
        2: "argon2id as OWASP recommends it",
        19: "argon2id likewise: mebibytes",
        1024: "kibibytes a mebibyte",
    },
    "identity/providers/choose.py": {32: "letters of a key that cannot be guessed"},
    "identity/providers/http.py": {
        0.2: "seconds of the first pause",
        0.5: "at least half of each pause, the rest by chance",
        2: "seconds to connect; pauses double",
        3: "seconds to read; attempts",
        7: "seconds in all, within the deadline of a call",
        16: "kibibytes read at a time",
        64: "kibibytes of an answer",
        1024: "bytes a kibibyte",
        200: "statuses of HTTP",
        300: "likewise",
        400: "likewise",
        408: "likewise",
        425: "likewise",
        429: "likewise",
        500: "likewise",
    },
    "identity/providers/signed_client.py": {16: "bytes that no other call draws"},
    "identity/providers/signing.py": {120: "seconds that two clocks are apart"},
    "identity/providers/wechat.py": {
        4: "calls at a time",
        6: "seconds in all",
        64: "letters of an id, as WeChat says",
        40029: "codes of WeChat",
        40163: "likewise",
        40226: "likewise",
        45011: "likewise",
    },
    "identity/service/changes.py": {3600: TIMER},
    "identity/service/group_sheets.py": {2: SQL, 31: SQL},
    "identity/service/groups.py": {300: TIMER},
    "identity/service/jobs.py": {2: TIMER, 30: "days that a finished job is kept", 3600: TIMER},
    "identity/service/sessions.py": {
        5: "seconds in which an answer comes or the log-in is refused",
        7: "days that attempts are kept, longer than any rule looks back",
        3600: TIMER,
    },
    "identity/storage/closings.py": {500: BATCH},
    "identity/storage/codes.py": {1668244581: LOCK},
    "identity/storage/jobs.py": {300: "letters kept of a trouble"},
    "identity/storage/kinships.py": {7_310_155: LOCK, 400: "more than any family has"},
    "identity/storage/policies.py": {1886350441: LOCK, 100: SHOWN},
    "identity/storage/revocations.py": {60: "seconds, longer than a transaction takes"},
    "identity/storage/signing_keys.py": {4: "letters that base64 comes in", 12: "bytes of a name"},
    "identity/storage/tables.py": {40: "letters of a column"},
    "identity/tell_people_again.py": {200: BATCH},
    "ledger/answers.py": {
        2: SQL,
        63: SQL,
        30: "days that figures look back; nothing is decided by them",
        90: "likewise",
        365: "likewise",
    },
    "ledger/audit.py": {
        2: "connections",
        3: "connections; decimals",
        5: "seconds until a stand-in looks again",
        6: "hours that a statement of the audit may take",
        10: "per cent between two lines of its log",
        30: "letters of its bar",
        60: TIMER,
        100: "per cent",
        3600: "seconds an hour",
        1635083369: LOCK,
    },
    "ledger/gathering.py": {
        0.002: "seconds in which a batch gathers",
        2: "writers of a process",
        100: "workers of a process",
        200: BATCH,
    },
    "ledger/granting.py": {2: SQL, 31: SQL, 20: BATCH, 250: BATCH},
    "ledger/inquiries.py": {
        366: "days of a statement: a year",
        365: "days a year",
        600: TIMER,
        5_000: SHOWN,
        1936682102: LOCK,
    },
    "ledger/journal.py": {10: ATTEMPTS},
    "ledger/pick_up.py": {
        8: "digits of a code, as its form in the contract says",
        10: "decimal digits",
        16: "hexadecimal digits",
    },
    "ledger/rewards.py": {60: TIMER, 200: BATCH},
    "ledger/storage/audits.py": {5_000: BATCH},
    "ledger/storage/batches.py": {4: ATTEMPTS},
    "ledger/storage/earnings.py": {50_000: "more than a lifetime of service"},
    "ledger/storage/exchanges.py": {12: "columns of an exchange that never change"},
    "ledger/storage/grant_runs.py": {20: BATCH, 200: BATCH},
    "ledger/storage/people.py": {6: "digits of a district"},
    "ledger/verifier.py": {
        2: "a tree of pairs; a transfer has two sides; an exit status",
        32: "bytes of a hash",
    },
    "matching/answers.py": {2: "the diameter of a globe of radius one"},
    "matching/codes.py": {
        6: "digits of a code on a phone (RFC 6238)",
        8: "digits of a code on paper, so that the two differ",
        20: "bytes of a secret (RFC 4226)",
        30: "seconds of a code (RFC 6238)",
    },
    "matching/dispatching/dispatcher.py": {
        0.1: "seconds of a histogram",
        0.5: "likewise",
        2: "connections; seconds of a histogram",
        5: "seconds of a histogram",
        10: "likewise",
        20: "likewise",
        40: "likewise",
        80: "likewise",
    },
    "matching/dispatching/planner.py": {3: ATTEMPTS, 5: "minutes of a lease"},
    "matching/service/catalogue.py": {2: "parts of a cursor"},
    "matching/service/dispatch.py": {2: TIMER, 60: TIMER},
    "matching/service/invitations.py": {30: TIMER},
    "matching/service/series.py": {60: TIMER},
    "matching/service/visits.py": {30: TIMER},
    "matching/shown.py": {100: "per cent"},
    "matching/storage/days.py": {
        6: "digits of a district",
        60: "seconds a minute",
        10_000: "more than a day of an area has",
        50_000: "likewise",
    },
    "matching/storage/finding.py": {
        3: "decimals of a square on the map",
        100: "its metres",
        500: "more bookings than anybody has ahead",
    },
    "matching/storage/globe.py": {2: "a chord is twice a sine", 3: "dimensions"},
    "matching/storage/integrity.py": {20: SHOWN, 500: SHOWN},
    "matching/storage/invitations.py": {200: BATCH},
    "matching/storage/partings.py": {3: "decimals of a place that leads to no door"},
    "matching/storage/plans.py": {100: BATCH},
    "matching/storage/proposals.py": {100_000: "more than a day of the city has"},
    "matching/storage/requests.py": {200: BATCH},
    "matching/storage/series.py": {60: SHOWN, 100: BATCH},
    "matching/storage/strikes.py": {100: SHOWN},
    "matching/tell_visits_again.py": {200: BATCH},
    "rating/service/arbiters.py": {100: BATCH, 600: TIMER},
    "rating/storage/periods.py": {2000: BATCH},
}


def found() -> dict[str, set[float]]:
    by_file = {}
    for path in sorted(SERVICES.glob("*/**/*.py")):
        inside = path.relative_to(SERVICES)
        if not APART & set(inside.parts):
            by_file[str(inside)] = set(numbers(ast.parse(path.read_text(encoding="utf-8"))))
    return {name: values for name, values in by_file.items() if values}


def test_a_number_beside_a_domain_is_no_rule_and_has_its_reason_here() -> None:
    assert found() == {name: set(reasons) for name, reasons in ALLOWED.items()}
