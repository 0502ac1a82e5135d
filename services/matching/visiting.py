"""Check-in and check-out, whether they come at once or were recorded without a network."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.vault import Vault
from services.matching import codes, domain, endings, storage
from services.matching.contract import (
    AlreadyCheckedIn,
    ExceptionReason,
    NotCheckedIn,
    OutsideWindow,
    PersonNotVerified,
    ProofMethod,
    RequestState,
    VisitStarted,
    WrongState,
)
from services.matching.domain import BookingState, End, Signal, VisitState
from services.matching.storage import BookingRow, RequestRow, VisitRow


@dataclass(frozen=True)
class Tools:
    """What the process lends: the outbox and the vault."""

    record: Callable[..., None]
    vault: Vault


@dataclass(frozen=True)
class Report:
    """What is said of one end of a visit, by whom, when it was and when we heard of it."""

    at: datetime
    recorded_at: datetime
    recorded_by: UUID
    position: tuple[float | None, float | None]
    code: str | None = None
    guardian_code: str | None = None
    guardian_present: bool = False
    device: str | None = None
    # Of what was recorded without a network.
    capture_id: UUID | None = None
    signals: tuple[Signal, ...] = ()


def check_in(
    tools: Tools, session: Session, row: RequestRow, booking: BookingRow, report: Report
) -> VisitRow:
    """The visit that begins; the request and the booking are locked."""
    if storage.visit_of_booking(session, booking.booking_id):
        raise AlreadyCheckedIn
    if booking.state != BookingState.ACCEPTED:
        raise WrongState(fields={"state": booking.state})
    policy = storage.policy_in_force(session, report.at)
    domain.check_given(report.position, report.code)
    guardian_id, is_pupil = leader(session, booking.volunteer_id, report.at, policy)
    shown = [(row.elder_id, report.code)] if report.code else []
    if is_pupil and guardian_id and report.guardian_code:
        shown.append((guardian_id, report.guardian_code))
    methods = right_codes(tools, session, booking, shown, report, policy)
    proof, signals = domain.prove(
        End.START,
        report.position,
        (row.latitude, row.longitude),
        methods.get(row.elder_id),
        report.capture_id is not None,
        policy.visit,
    )
    domain.check_check_in(row.starts_at, row.ends_at, report.at, policy)
    presence = guardian_id and storage.find_presence(session, booking.booking_id, guardian_id)
    index = device_index(tools.vault, report.device)
    if index and presence and presence.device_index == index:
        signals.append(Signal(ExceptionReason.GUARDIANS_DEVICE, {}))
    guardian_proof = domain.guardian_proof(
        is_pupil,
        report.guardian_present,
        guardian_id in methods,
        presence.confirmed_at if presence else None,
        report.at,
        policy.visit,
    )
    endings.move(row, RequestState.UNDERWAY)
    booking.state = BookingState.UNDERWAY
    visit = storage.add_visit(
        session,
        visit_id=uuid4(),
        booking_id=booking.booking_id,
        request_id=row.request_id,
        elder_id=row.elder_id,
        volunteer_id=booking.volunteer_id,
        state=VisitState.UNDERWAY,
        started_at=report.at,
        guardian_present=report.guardian_present,
        guardian_proof=guardian_proof,
        policy_version=policy.version,
    )
    keep(tools, session, visit, End.START, proof, report, signals)
    facts = endings.booking_facts(row, booking)
    tools.record(
        session, VisitStarted, **facts, visit_id=visit.visit_id, started_at=visit.started_at
    )
    return visit


def check_out(
    tools: Tools, session: Session, row: RequestRow, booking: BookingRow, report: Report
) -> VisitRow:
    """The visit that ends: completed, or before a clerk when there is any reason to look.

    What was recorded without a network may come after the sweep has missed it; then the record in
    the queue is made complete. The rules are those of the check-in, whatever was adopted since.
    """
    visit = storage.visit_of_booking(session, booking.booking_id)
    if visit is None:
        raise NotCheckedIn
    is_awaited = visit.state == VisitState.EXCEPTED and visit.ended_at is None
    if visit.state != VisitState.UNDERWAY and not (is_awaited and report.capture_id):
        raise WrongState(fields={"state": visit.state})
    policy = storage.policy_of_version(session, visit.policy_version)
    domain.check_given(report.position, report.code)
    if report.at < visit.started_at:
        raise OutsideWindow(fields={"earliest": visit.started_at.isoformat()})
    shown = [(row.elder_id, report.code)] if report.code else []
    methods = right_codes(tools, session, booking, shown, report, policy)
    proof, signals = domain.prove(
        End.END,
        report.position,
        (row.latitude, row.longitude),
        methods.get(row.elder_id),
        report.capture_id is not None,
        policy.visit,
    )
    # Visits of these two that end at the same moment look at each other one after the other.
    storage.lock_people(session, visit.volunteer_id, visit.elder_id)
    visit.ended_at = report.at
    keep(tools, session, visit, End.END, proof, report, signals)
    found = look(session, row, visit, policy)
    storage.add_signals(session, visit.visit_id, found, report.recorded_at)
    if is_awaited:
        return visit
    if storage.signals_of_visits(session, [visit.visit_id]):
        now = report.recorded_at
        endings.except_visit(tools.record, session, row, booking, visit, now)
        return visit
    today = storage.credited_minutes_of_day(session, booking.volunteer_id, visit.started_at)
    earned = domain.credit(visit.started_at, report.at, row.minutes, today, policy)
    endings.complete(tools.record, session, row, visit, earned)
    return visit


def leader(
    session: Session, volunteer_id: UUID, at: datetime, policy: domain.MatchingPolicy
) -> tuple[UUID | None, bool]:
    """The volunteer's confirmed guardian, and whether the volunteer is a pupil (S1)."""
    volunteer = storage.find_person(session, volunteer_id)
    if volunteer is None:
        raise PersonNotVerified
    guardian_id = storage.confirmed_guardian(session, volunteer_id)
    return guardian_id, domain.is_pupil(volunteer, at, policy)


def right_codes(
    tools: Tools,
    session: Session,
    booking: BookingRow,
    shown: list[tuple[UUID, str]],
    report: Report,
    policy: domain.MatchingPolicy,
) -> dict[UUID, ProofMethod]:
    """By person, the kind of code that was right; raises WrongCode or TooManyCodes."""
    methods = codes.check_codes(
        session,
        tools.vault,
        booking.booking_id,
        shown,
        report.at,
        report.recorded_at,
        policy.visit,
    )
    return {person_id: method for (person_id, _), method in zip(shown, methods, strict=True)}


def keep(
    tools: Tools,
    session: Session,
    visit: VisitRow,
    end: End,
    proof: domain.Proof,
    report: Report,
    signals: list[Signal],
) -> None:
    """The proof of one end, and what a clerk should see of it."""
    storage.add_mark(
        session,
        visit_id=visit.visit_id,
        end_name=end,
        at=report.at,
        recorded_at=report.recorded_at,
        recorded_by=report.recorded_by,
        method=proof.method,
        latitude=proof.latitude,
        longitude=proof.longitude,
        distance_metres=proof.distance_metres,
        device_index=device_index(tools.vault, report.device),
        capture_id=report.capture_id,
    )
    told = [*report.signals, *signals]
    storage.add_signals(session, visit.visit_id, told, report.recorded_at)


def device_index(vault: Vault, device: str | None) -> str | None:
    """What is kept of a phone's name: the same for the same phone, and nothing else."""
    return vault.index("device", device) if device else None


def look(
    session: Session, row: RequestRow, visit: VisitRow, policy: domain.MatchingPolicy
) -> list[Signal]:
    """Everything that a clerk should see of a visit that has just ended."""
    assert visit.ended_at is not None
    integrity = policy.integrity
    facts = domain.Facts(
        planned_minutes=row.minutes,
        same_time=storage.visits_at_the_same_time(session, visit, row.is_activity),
        neighbours=storage.neighbours(session, visit),
    )
    if not row.is_activity:
        facts = replace(facts, **between_the_two(session, visit, integrity))
    seen = storage.as_around(visit, (row.latitude, row.longitude))
    signals = domain.signals_of(seen, facts, policy.visit, integrity)
    if domain.is_overdue(row.ends_at, visit.ended_at, policy):
        signals.insert(0, endings.missing_check_out(policy))
    return signals


def between_the_two(
    session: Session, visit: VisitRow, integrity: domain.IntegrityRules
) -> dict[str, Any]:
    """What there is between volunteer and elder beside this visit."""
    assert visit.ended_at is not None
    back_since = visit.ended_at - timedelta(days=integrity.round_trip_days)
    ring_since = visit.ended_at - timedelta(days=integrity.ring_days)
    volunteer_id, elder_id = visit.volunteer_id, visit.elder_id
    steps = integrity.ring_longest - 1
    return {
        "served_back": storage.times_served(session, elder_id, volunteer_id, back_since),
        "served": storage.served_from(session, elder_id, ring_since, steps),
        "elders_device_at": elders_device_at(session, visit, integrity.same_device_days),
    }


def elders_device_at(session: Session, visit: VisitRow, days: int) -> list[str]:
    """The ends of the visit at which the volunteer used a phone that the elder uses."""
    assert visit.ended_at is not None
    marks = storage.marks_of(session, [visit.visit_id]).get(visit.visit_id, {})
    at = {end: mark.device_index for end, mark in marks.items() if mark.device_index}
    since = visit.ended_at - timedelta(days=days)
    used = storage.devices_used(session, visit.elder_id, at.values(), since) if at else set()
    return [end.value for end in End if at.get(end) in used]
