"""What explains how a request ended: the rule's name, and the values that it compared."""

from typing import Any

from services.matching.contract import RequestState, StrikeKind
from services.matching.domain.policy import MatchingPolicy


CANCELLED, CANCELLED_LATE = "cancelled", "cancelled_late"
EXPIRED_FROM = {
    state: f"expired_{state}"
    for state in (RequestState.SUBMITTED, RequestState.IN_REVIEW, RequestState.OPEN)
}
# What the ledger tells with a refusal that is of use to whoever is refused.
AGES_TOLD = ("redeem_from_age", "redeem_from_age_in_hardship")
TOLD_BY_LEDGER = ("needed_minutes", "spendable_minutes", *AGES_TOLD)


def facts_of_refusal(event: dict[str, Any]) -> dict[str, Any]:
    """
    >>> facts_of_refusal({"reason": "no_wallet", "needed_minutes": 60, "redeem_from_age": None})
    {'needed_minutes': 60}
    """
    return {name: event[name] for name in TOLD_BY_LEDGER if event.get(name) is not None}


def facts_of_cancelling(policy: MatchingPolicy, late: bool) -> dict[str, Any]:
    facts = {"free_cancel_minutes": policy.requests.free_cancel_minutes}
    return facts | (facts_of_strikes(policy) if late else {})


def facts_of_no_show(policy: MatchingPolicy, kind: StrikeKind) -> dict[str, Any]:
    waited = {"elder_absent_wait_minutes": policy.visit.elder_absent_wait_minutes}
    return (waited if kind is StrikeKind.ELDER_ABSENT else {}) | facts_of_strikes(policy)


def facts_of_strikes(policy: MatchingPolicy) -> dict[str, Any]:
    rules = policy.strike
    return {
        "most_strikes": rules.most,
        "within_days": rules.within_days,
        "pause_days": rules.pause_days,
    }
