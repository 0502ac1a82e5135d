"""Check-in and check-out, whether they come at once or were recorded without a network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.vault import Vault
from services.matching import codes, domain, endings, looking, storage
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

    What was recorded without a network may come after the sweep has missed it, and an account may
    have been closed meanwhile; then the record in the queue is made complete. The rules are those
    of the check-in, whatever was adopted since.
    """
    visit = storage.visit_of_booking(session, booking.booking_id)
    if visit is None:
        raise NotCheckedIn
    policy = storage.policy_of_version(session, visit.policy_version)
    in_time = report.capture_id or not domain.is_overdue(row.ends_at, report.at, policy)
    is_awaited = visit.state == VisitState.EXCEPTED and visit.ended_at is None
    if visit.state != VisitState.UNDERWAY and not (is_awaited and in_time):
        raise WrongState(fields={"state": visit.state})
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
    if is_awaited:
        storage.forget_signals(session, visit.visit_id, domain.LOOKED_AT)
    found = looking.look(session, row, visit, policy)
    storage.add_signals(session, visit.visit_id, found, report.recorded_at)
    if is_awaited:
        return visit
    if storage.signals_of_visits(session, [visit.visit_id]):
        now = report.recorded_at
        endings.except_visit(tools.record, session, row, booking, visit, now)
        return visit
    credited = storage.credited_to(session, booking.volunteer_id, visit.started_at)
    earned = domain.credit(visit.started_at, report.at, row.minutes, credited, policy)
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
    index = device_index(tools.vault, report.device)
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
        device_index=index,
        capture_id=report.capture_id,
    )
    if report.recorded_by == visit.volunteer_id:
        storage.note_device(session, visit.volunteer_id, index, report.at)
    told = [*report.signals, *signals]
    storage.add_signals(session, visit.visit_id, told, report.recorded_at)


def device_index(vault: Vault, device: str | None) -> str | None:
    """What is kept of a phone's name: the same for the same phone, and nothing else."""
    return vault.index("device", device) if device else None
