"""Verification: what calls for another one, how often online is tried, and what is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.identity.contract import LapseReason, RefusalReason, VerificationWay
from services.identity.domain.people import Person, verified_facts
from services.identity.domain.policy_values import positive, refused
from services.identity.domain.states import PersonState
from services.kernel.contract import InvalidRequest, TooManyRequests


# What may change about somebody verified, and the reason it then is for another verification.
CHANGES = {
    "name": LapseReason.NAME_CHANGED,
    "id_number": LapseReason.DOCUMENT_CHANGED,
    "district": LapseReason.DISTRICT_CHANGED,
}
ONLINE_DAY = timedelta(days=1)


class OnlineReason(StrEnum):
    """Where an online verification stands when it has come to no verdict."""

    UNDER_WAY = "online_under_way"
    UNREACHABLE = "provider_unreachable"
    UNDECIDED = "provider_undecided"


@dataclass(frozen=True)
class VerificationRules:
    """The section ``verification`` of the policy."""

    recheck_after: tuple[str, ...]
    most_online_a_day: int
    most_tries: int
    first_pause_seconds: int
    longest_pause_seconds: int

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "VerificationRules":
        """Raises InvalidRequest when one of the rules is missing or makes no sense."""
        section = "verification"
        rules = values.get(section)
        fields = rules.get("recheck_after") if isinstance(rules, Mapping) else None
        if not isinstance(fields, list) or not set(map(str, fields)) <= set(CHANGES):
            raise refused(f"{section}.recheck_after lists some of: {', '.join(CHANGES)}.")
        return VerificationRules(
            recheck_after=tuple(fields),
            most_online_a_day=positive(values, section, "most_online_a_day"),
            most_tries=positive(values, section, "most_online_tries"),
            first_pause_seconds=positive(values, section, "first_pause_seconds"),
            longest_pause_seconds=positive(values, section, "longest_pause_seconds"),
        )


@dataclass(frozen=True)
class Step:
    """One step of somebody's verification: the state it led to, and why."""

    state: PersonState
    at: datetime
    way: VerificationWay | None = None
    reason: str | None = None
    words: str | None = None
    acted_by: UUID | None = None


def needs_recheck(changed: Iterable[str], rules: VerificationRules) -> LapseReason | None:
    """Why somebody verified must be verified again after these fields have changed, if they must.

    >>> rules = VerificationRules(("name",), 3, 5, 60, 3600)
    >>> str(needs_recheck({"name", "district"}, rules)), needs_recheck({"phone"}, rules)
    ('name_changed', None)
    """
    names = set(changed)
    calling = (CHANGES[name] for name in CHANGES if name in names and name in rules.recheck_after)
    return next(calling, None)


def check_may_ask_online(asked_before: Iterable[datetime], now: datetime, rules: Any) -> None:
    """Each asking costs the city something: raises TooManyRequests after a day's worth of them."""
    recent = sorted(at for at in asked_before if at > now - ONLINE_DAY)
    if len(recent) >= rules.most_online_a_day:
        free_at = recent[-rules.most_online_a_day] + ONLINE_DAY
        raise TooManyRequests(fields={"ask_again_at": [free_at.isoformat()]})


def check_explained(reason: RefusalReason, words: str | None) -> None:
    """Another reason than those we know needs words."""
    if reason is RefusalReason.OTHER and not (words or "").strip():
        raise InvalidRequest(fields={"words": ["Say in words what the reason is."]})


def verification_facts(
    person: Person, verified_by: UUID | None, way: VerificationWay
) -> dict[str, Any]:
    """What person.verified tells."""
    return {**verified_facts(person, verified_by), "way": way}


def word_key(step: Step) -> str:
    """Under which key the catalogue says what comes next: the state's, or the reason's own."""
    own = {
        (PersonState.PENDING, OnlineReason.UNDER_WAY),
        (PersonState.UNVERIFIED, OnlineReason.UNREACHABLE),
        (PersonState.UNVERIFIED, OnlineReason.UNDECIDED),
        (PersonState.REFUSED, RefusalReason.DETAILS_DIFFER),
        (PersonState.REFUSED, RefusalReason.DOCUMENT_EXPIRED),
        (PersonState.REFUSED, RefusalReason.NOT_A_RESIDENT),
    }
    return str(step.reason) if (step.state, step.reason) in own else str(step.state)
