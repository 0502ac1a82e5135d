"""Strikes: when they are given, and until when they pause booking or asking (DESIGN 6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.matching.contract import OutsideWindow, Paused, StrikeKind, StrikeSide
from services.matching.domain.rules_of_visits import StrikeRules, VisitRules


SIDES = {
    StrikeKind.NO_SHOW: StrikeSide.VOLUNTEER,
    StrikeKind.LATE_RELEASE: StrikeSide.VOLUNTEER,
    StrikeKind.LATE_CANCEL: StrikeSide.ELDER,
    StrikeKind.ELDER_ABSENT: StrikeSide.ELDER,
}


def paused_until(given: Iterable[datetime], now: datetime, rules: StrikeRules) -> datetime | None:
    """Until when strikes given at these moments pause; None when they do not, or no longer.

    >>> from datetime import UTC
    >>> days = [datetime(2026, 6, day, tzinfo=UTC) for day in (1, 10, 20)]
    >>> paused_until(days, days[-1], StrikeRules(3, 90, 30)).isoformat()
    '2026-07-20T00:00:00+00:00'
    """
    moments = sorted(moment for moment in given if moment <= now)
    until = None
    for last, moment in enumerate(moments):
        first = last - rules.most + 1
        if first >= 0 and moment - moments[first] < timedelta(days=rules.within_days):
            until = moment + timedelta(days=rules.pause_days)
    return until if until is not None and now < until else None


def check_not_paused(given: Iterable[datetime], now: datetime, rules: StrikeRules) -> None:
    """Raise Paused, saying until when, for how many strikes and by which numbers."""
    given = list(given)
    until = paused_until(given, now, rules)
    if until is not None:
        began = until - timedelta(days=rules.pause_days)
        within = timedelta(days=rules.within_days)
        counted = [moment for moment in given if began - within < moment <= began]
        facts = {"until": until.isoformat(), "strikes": len(counted)}
        raise Paused(fields={**facts, **vars(rules)})


def check_absence(starts_at: datetime, ends_at: datetime, now: datetime, rules: VisitRules) -> None:
    """Raise OutsideWindow for a volunteer who has not waited, or says so when it is over."""
    earliest = starts_at + timedelta(minutes=rules.elder_absent_wait_minutes)
    if not earliest <= now < ends_at:
        raise OutsideWindow(
            fields={"earliest": earliest.isoformat(), "latest": ends_at.isoformat()}
        )
