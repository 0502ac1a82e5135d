"""What speaks for and against a volunteer's going to a request, in codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.matching.domain.finding import Need, can, gives_time, shown_metres, speaks
from services.matching.domain.volunteers import Profile


@dataclass(frozen=True)
class Reason:
    """A code, and what the sentence about it needs."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Myself:
    """The volunteer who looks: the profile, if they have one, and their bookings ahead."""

    profile: Profile | None
    booked: tuple[tuple[datetime, datetime], ...]


def reasons_for(
    need: Need, metres: float, myself: Myself, visits_together: int, is_asked_for: bool
) -> list[Reason]:
    """Most important first: that the elder asks for or knows them, then near, then the rest."""
    found: list[Reason] = []
    if is_asked_for:
        found.append(Reason("asks_for_you"))
    if visits_together:
        found.append(Reason("knows_you", {"visits": visits_together}))
    found.append(Reason("near", {"metres": shown_metres(metres)}))
    if is_busy(need, myself.booked):
        found.append(Reason("busy"))
    if myself.profile is not None:
        found += profile_reasons(need, myself.profile)
    return found


def profile_reasons(need: Need, profile: Profile) -> Iterator[Reason]:
    if gives_time(need, profile):
        yield Reason("fits_time", {"moment": need.starts_at})
    else:
        yield Reason("outside_hours")
    if need.skill is not None:
        yield Reason(skill_code(need, profile), {"skill": need.skill})
    if need.language is not None:
        code = "speaks_language" if speaks(need, profile) else "lacks_language"
        yield Reason(code, {"language": need.language})


def skill_code(need: Need, profile: Profile) -> str:
    if not can(need, profile):
        return "lacks_certificate" if need.certificate_needed else "lacks_skill"
    return "has_certificate" if need.skill in profile.certified else "has_skill"


def is_busy(need: Need, booked: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(start < need.ends_at and need.starts_at < end for start, end in booked)
