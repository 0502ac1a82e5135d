"""Stars and faults in the words that people see, from the catalogues."""

from pathlib import Path
from typing import Any

import yaml

from services.kernel.calendar import CITY_TIME
from services.ledger.contract import SettlementRefusal
from services.rating.contract import RatingFault
from services.rating.domain.disputes import Decision, Dispute
from services.rating.domain.explaining import Step
from services.rating.domain.stars import MINUTES_AN_HOUR, Way


DATA = Path(__file__).parent / "data"
STARS: dict[str, Any] = yaml.safe_load((DATA / "stars.yaml").read_text(encoding="utf-8"))
STEPS: dict[str, Any] = yaml.safe_load((DATA / "star_steps.yaml").read_text(encoding="utf-8"))
FAULTS: dict[str, Any] = yaml.safe_load((DATA / "faults.yaml").read_text(encoding="utf-8"))
DISPUTES: dict[str, Any] = yaml.safe_load((DATA / "disputes.yaml").read_text(encoding="utf-8"))
LANGUAGES = ("zh", "en")


def star_name(star: int) -> dict[str, str]:
    """
    >>> star_name(2)["zh"], star_name(7)["en"]
    ('二星级志愿者', '7-star volunteer')
    """
    words = STARS["names"].get(star, STARS["nameless"])
    return {language: words[language].format(star=star) for language in LANGUAGES}


def way_in_words(way: Way) -> dict[str, str]:
    """
    >>> way_in_words(Way(1, 90))["en"]
    '1 h 30 min of service to go until you are a one-star volunteer'
    """
    words = STARS["ways"][way_code(way)]
    if way.star is None or way.minutes_left is None:
        return {language: words[language] for language in LANGUAGES}
    hours, minutes = divmod(way.minutes_left, MINUTES_AN_HOUR)
    name = star_name(way.star)
    values = {"hours": hours, "minutes": minutes, "needed": way.reputation_needed}
    values |= {f"name_{language}": name[language] for language in LANGUAGES}
    return {language: words[language].format(**values) for language in LANGUAGES}


def way_code(way: Way) -> str:
    if way.star is None:
        return "highest"
    if way.minutes_left:
        return "hours_and_reputation" if way.reputation_needed else "hours"
    return "reputation" if way.reputation_needed else "next_visit"


def fault_in_words(fault: RatingFault | None, window_days: int) -> dict[str, str | None]:
    """
    >>> fault_in_words(RatingFault.WINDOW_CLOSED, 15)["zh"]
    '评价期限已过：服务结束后15天内可以评价'
    """
    if fault is None:
        return dict.fromkeys(LANGUAGES)
    words = FAULTS[fault.value]
    return {language: words[language].format(window_days=window_days) for language in LANGUAGES}


def step_in_words(step: Step) -> dict[str, Any]:
    """
    >>> step_in_words(Step("highest", "stars.hours", {"stars": 5}))["en"]
    'there are 5 stars, and all are reached'
    """
    words = STEPS[step.code]
    said = {language: words[language].format(**step.values) for language in LANGUAGES}
    return {**vars(step), **said}


def dispute_in_words(dispute: Dispute, overdue: bool = False) -> dict[str, str]:
    """Where it stands; deadlines as the city's clocks show them."""
    said = DISPUTES["states"]["overdue" if overdue else state_code(dispute)]
    level = DISPUTES["levels"][dispute.level.value]
    values = {f"level_{language}": level[language] for language in LANGUAGES}
    due_at = dispute.due_at and dispute.due_at.astimezone(CITY_TIME)
    values["due"] = due_at.strftime("%Y-%m-%d %H:%M") if due_at else ""
    return {language: said[language].format(**values) for language in LANGUAGES}


def state_code(dispute: Dispute) -> str:
    """No budget helps where the account is closed that the correction was for."""
    for_nobody = SettlementRefusal.WALLET_CLOSED.value
    return for_nobody if dispute.refused == for_nobody else dispute.state.value


def decision_in_words(decision: Decision) -> dict[str, str]:
    said = DISPUTES["outcomes"][decision.outcome.value]
    moved = {"returned": decision.returned_minutes, "corrected": decision.corrected_minutes}
    return {language: said[language].format(**moved) for language in LANGUAGES}
