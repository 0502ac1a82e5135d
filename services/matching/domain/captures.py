"""When what was recorded without a network counts, and as of when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.matching.contract import ExceptionReason
from services.matching.domain.proofs import Signal
from services.matching.domain.rules_of_visits import VisitRules


@dataclass(frozen=True)
class Refused:
    """Why a capture is not taken; the word is the caller's to act on."""

    reason: str


@dataclass(frozen=True)
class Timed:
    """When it happened as far as the server believes it, and what a clerk should see of that."""

    at: datetime
    signals: tuple[Signal, ...] = ()


def skew_seconds(sealed_at: datetime, now: datetime) -> int:
    """How far behind the device's clock was when it sealed the batch to hand it in at once.

    A device that tries again seals again; what it recorded is known by its own id.
    """
    return round((now - sealed_at).total_seconds())


def settle_time(
    at: datetime,
    sealed_at: datetime,
    now: datetime,
    accepted_at: datetime,
    registered_at: datetime,
    rules: VisitRules,
) -> Timed | Refused:
    """The time that counts for a capture, or why it is refused.

    A small difference between the clocks is put right. A large one is put right only where the
    device runs ahead, for nothing has happened in the future; and a clerk sees it either way.
    """
    skew = skew_seconds(sealed_at, now)
    signals: list[Signal] = []
    if at > sealed_at:
        return Refused("after_sealing")
    is_large = abs(skew) > rules.clock_skew_seconds
    shift = timedelta() if is_large and skew > 0 else timedelta(seconds=skew)
    if is_large:
        evidence = {"skew_seconds": skew, "device_time": at.isoformat()}
        signals.append(Signal(ExceptionReason.CLOCK_SKEW, evidence))
    age = now - at - shift
    if age > timedelta(hours=rules.offline_oldest_hours):
        return Refused("too_old")
    counts = at + shift
    if counts < accepted_at:
        return Refused("before_booking")
    if counts < registered_at:
        return Refused("before_registration")
    if age > timedelta(hours=rules.offline_late_hours):
        hours = int(age.total_seconds() // 3600)
        evidence = {"hours": hours, "allowed_hours": rules.offline_late_hours}
        signals.append(Signal(ExceptionReason.OFFLINE_LATE, evidence))
    return Timed(min(counts, now), tuple(signals))
