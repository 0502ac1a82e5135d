"""What a clerk should see of a visit that has ended, or of which nobody knows when it ended."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.matching import domain, storage
from services.matching.contract import ExceptionReason, ProofMethod
from services.matching.domain import Around, End
from services.matching.storage import MarkRow, RequestRow, VisitRow


def look(
    session: Session,
    row: RequestRow,
    visit: VisitRow,
    policy: domain.MatchingPolicy,
    is_over: bool = True,
) -> list[domain.Signal]:
    """Everything that lies around the visit.

    One without a check-out is looked at as if it had lasted as long as was planned, which is the
    most that a clerk may credit.
    """
    ended_at = visit.ended_at or visit.started_at + timedelta(minutes=row.minutes)
    seen = storage.as_around(visit, (row.latitude, row.longitude), ended_at)
    facts = domain.Facts(
        planned_minutes=row.minutes,
        same_time=storage.visits_at_the_same_time(session, seen, row.is_activity),
        neighbours=storage.neighbours(session, seen),
    )
    if not row.is_activity:
        facts = replace(facts, **between_the_two(session, row, seen, policy.integrity))
    signals = domain.signals_of(seen, facts, policy.visit, policy.integrity)
    is_missing = visit.ended_at is None and is_over
    if is_missing or domain.is_overdue(row.ends_at, ended_at, policy):
        signals.insert(0, missing_check_out(policy))
    return signals


def missing_check_out(policy: domain.MatchingPolicy) -> domain.Signal:
    evidence = {"minutes": policy.missing_check_out_minutes}
    return domain.Signal(ExceptionReason.MISSING_CHECK_OUT, evidence)


def between_the_two(
    session: Session, row: RequestRow, seen: Around, integrity: domain.IntegrityRules
) -> dict[str, Any]:
    """What there is between volunteer and elder beside this visit."""
    ended_at = domain.end_of(seen)
    back_since = ended_at - timedelta(days=integrity.round_trip_days)
    ring_since = ended_at - timedelta(days=integrity.ring_days)
    steps = integrity.ring_longest - 1
    marks = storage.marks_of(session, [seen.visit_id]).get(seen.visit_id, {})
    return {
        "served_back": storage.times_served(session, seen.elder_id, seen.volunteer_id, back_since),
        "served": storage.served_from(session, seen.elder_id, ring_since, steps),
        "elders_device_at": elders_device_at(session, seen, marks, integrity.same_device_days),
        "elders_side": elders_side(session, row, seen, marks),
    }


def elders_device_at(
    session: Session, seen: Around, marks: dict[End, MarkRow], days: int
) -> list[str]:
    """The ends of the visit at which the volunteer used a phone that the elder uses."""
    at = {end: mark.device_index for end, mark in marks.items() if mark.device_index}
    since = domain.end_of(seen) - timedelta(days=days)
    used = storage.devices_used(session, seen.elder_id, at.values(), since) if at else set()
    return [end.value for end in End if at.get(end) in used]


def elders_side(
    session: Session, row: RequestRow, seen: Around, marks: dict[End, MarkRow]
) -> list[str]:
    """In which ways the volunteer stands on the elder's side as well."""
    volunteer_id, elder_id = seen.volunteer_id, seen.elder_id
    powers = storage.powers_over(session, elder_id, volunteer_id)
    used_card = any(mark.method == ProofMethod.CARD for mark in marks.values())
    ways = {
        "asked": row.submitted_by == volunteer_id,
        "agent": domain.is_agent(powers, Scope.REQUESTS, seen.started_at),
        "ward": storage.confirmed_guardian(session, volunteer_id) == elder_id,
        "card": used_card and issued_card(session, elder_id, volunteer_id),
    }
    return [way for way, is_so in ways.items() if is_so]


def issued_card(session: Session, elder_id: UUID, clerk_id: UUID) -> bool:
    card = storage.find_card(session, elder_id)
    return card is not None and card.issued_by == clerk_id
