"""Who may ask for what: the elder, the time window, the minutes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.identity.contract import SpecialGroup
from services.kernel.calendar import age_at
from services.matching.contract import InvalidWindow, NotYetElder
from services.matching.domain.policy import MatchingPolicy


@dataclass(frozen=True)
class Person:
    """What matching keeps of a person once verified; ``verified`` is False after a lapse."""

    person_id: UUID
    name: str
    birth_date: date
    street: str
    willing_and_healthy: bool
    guardian_id: UUID | None
    verified: bool = True
    suspended: bool = False
    groups: frozenset[str] = frozenset()

    @property
    def district(self) -> str:
        return self.street[:6]


@dataclass(frozen=True)
class Window:
    """When the visit may take place, and how long it is to be."""

    starts_at: datetime
    ends_at: datetime
    minutes: int


def check_request(elder: Person, window: Window, now: datetime, policy: MatchingPolicy) -> None:
    """Raise NotYetElder or InvalidWindow, naming the field, for what may not be asked for."""
    check_age(elder, now, policy)
    check_window(window, now, policy)


def check_window(window: Window, now: datetime, policy: MatchingPolicy) -> None:
    """Raise InvalidWindow, naming the field, for a time or a length that cannot be asked for."""
    flaws = window_flaws(window, now, policy)
    if flaws:
        raise InvalidWindow(fields=flaws)


def check_age(elder: Person, now: datetime, policy: MatchingPolicy) -> None:
    """Raise NotYetElder below the age from which coins are redeemed, or gifts of them received."""
    in_hardship = SpecialGroup.ECONOMIC_HARDSHIP in elder.groups
    rules, age = policy.requests, age_at(elder.birth_date, now)
    from_ages = rules.from_ages(in_hardship)
    if age < min(from_ages.values()):
        raise NotYetElder(fields={"age": age, **from_ages})


def window_flaws(window: Window, now: datetime, policy: MatchingPolicy) -> dict[str, list[str]]:
    """What is wrong with a window, by field; nothing when it is right."""
    flaws: dict[str, list[str]] = {}
    furthest = now + timedelta(days=policy.furthest_ahead_days)
    if window.starts_at <= now:
        flaws["starts_at"] = ["It lies in the past."]
    elif window.starts_at > furthest:
        flaws["starts_at"] = [f"At most {policy.furthest_ahead_days} days ahead."]
    if window.ends_at <= window.starts_at:
        flaws["ends_at"] = ["It must be after the start."]
    elif window.ends_at - window.starts_at < timedelta(minutes=window.minutes):
        flaws["minutes"] = ["They do not fit between start and end."]
    elif window.ends_at - window.starts_at > timedelta(days=1):
        flaws["ends_at"] = ["At most a day after the start."]
    smallest, largest = policy.smallest_request_minutes, policy.largest_request_minutes
    if not smallest <= window.minutes <= largest:
        flaws["minutes"] = [f"From {smallest} to {largest} minutes."]
    return flaws
