"""The numbers of the policy that identity needs, and what a new policy must contain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.identity.contract import PolicyConflict, SecondOfficerNeeded
from services.identity.domain.codes import CodeRules
from services.identity.domain.policy_values import positive, refused
from services.identity.domain.verification import VerificationRules


MOST_TOKEN_MINUTES = 24 * 60


@dataclass(frozen=True)
class Rules:
    """One version of the policy as identity reads it at every call.

    Logging in stands on it, so a rule that comes later is read where it is needed: a city that runs
    already must be able to log in, under the policy it has, to adopt the next.
    """

    adult_age: int
    token_minutes: int
    most_failed_log_ins: int
    failed_log_ins_minutes: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Rules":
        """Raises InvalidRequest when one of our rules is missing or is not a positive number."""
        return Rules(
            adult_age=positive(values, "account", "adult_age"),
            token_minutes=token_minutes(values),
            most_failed_log_ins=positive(values, "session", "most_failed_log_ins"),
            failed_log_ins_minutes=positive(values, "session", "failed_log_ins_minutes"),
        )


def token_minutes(values: Mapping[str, Any]) -> int:
    """How long a token lives: not so long that whoever checks it has forgotten it was made void."""
    return min(positive(values, "session", "token_minutes"), MOST_TOKEN_MINUTES)


def id_number_kept_days(values: Mapping[str, Any]) -> int:
    """How long the ID number of an account that ended is kept."""
    return positive(values, "account", "id_number_kept_days")


def check_policy(
    version: int,
    values: Mapping[str, Any],
    newest: int,
    newest_values: Mapping[str, Any],
) -> None:
    """Refuse a version out of turn (PolicyConflict), or one in which a known rule has no value."""
    if version != newest + 1:
        raise PolicyConflict(fields={"version": [f"The next version is {newest + 1}."]})
    Rules.from_values(values)
    id_number_kept_days(values)
    if positive(values, "session", "token_minutes") > MOST_TOKEN_MINUTES:
        raise refused(f"session.token_minutes must be {MOST_TOKEN_MINUTES} at most.")
    VerificationRules.from_values(values)
    CodeRules.from_values(values)
    for section, rules in newest_values.items():
        given = values.get(section)
        missing = set(rules) - set(given if isinstance(given, Mapping) else {})
        if missing:
            raise refused(f"{section} lacks {', '.join(sorted(missing))}.")


def check_is_first(newest: int) -> None:
    """One officer alone puts only the first policy in force; raises SecondOfficerNeeded."""
    if newest:
        raise SecondOfficerNeeded


def check_same_values(of_document: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """The reasons are those of the values: raises InvalidRequest when the two differ."""
    if of_document != values:
        raise refused("They are not those of the document.")
