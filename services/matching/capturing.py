"""What a device recorded without a network: signature, batch, and each capture once."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound
from services.kernel.wire import fingerprint
from services.matching import domain, storage, visiting
from services.matching.contract import (
    BadSignature,
    CaptureBatch,
    CaptureKind,
    CaptureOutcome,
    DeviceKind,
)
from services.matching.storage import BookingRow, CaptureRow, DeviceRow, RequestRow, VisitRow


Facts = dict[str, Any]

CONFLICT = "capture_conflict"


def check_signature(device: DeviceRow, batch: str, signature: str) -> None:
    """Raise BadSignature unless this device has signed this text."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(device.public_key))
    try:
        key.verify(base64.b64decode(signature), batch.encode())
    except (InvalidSignature, ValueError) as error:
        raise BadSignature from error


def parse_batch(text: str, device_id: UUID) -> Facts:
    """The batch as values; raises InvalidRequest with the reason under ``batch``."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(fields={"batch": ["Not JSON."]}) from error
    try:
        batch = CaptureBatch.parse(read)
    except InvalidRequest as error:
        raise InvalidRequest(fields={"batch": error.fields}) from error
    if batch["device_id"] != device_id:
        raise InvalidRequest(fields={"batch": ["Signed for another device."]})
    return batch


def content_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def take_batch(
    tools: visiting.Tools,
    session: Session,
    device: DeviceRow,
    batch: Facts,
    handed_in_by: UUID,
    now: datetime,
) -> list[Facts]:
    """What became of each capture, in the order in which they stand; each is taken once.

    They are worked on in the order of their times, so that a check-out finds its check-in.
    """
    captures = batch["captures"]
    known = storage.captures_known(session, device.device_id, [c["capture_id"] for c in captures])
    hashes = {id(capture): fingerprint("capture", capture) for capture in captures}
    outcomes: dict[int, Facts] = {}
    for capture in sorted(captures, key=order):
        capture_id, mark = capture["capture_id"], hashes[id(capture)]
        earlier = known.get(capture_id)
        if earlier is not None:
            outcomes[id(capture)] = repeated(earlier, mark)
            continue
        taken = take_in(tools, session, device, batch, capture, handed_in_by, now)
        outcomes[id(capture)] = taken
        if taken["outcome"] != CaptureOutcome.REFUSED:
            known[capture_id] = storage.add_capture(
                session,
                device_id=device.device_id,
                batch_id=batch["batch_id"],
                content_hash=mark,
                taken_at=now,
                **taken,
            )
    return [outcomes[id(capture)] for capture in captures]


def order(capture: Facts) -> tuple[datetime, bool]:
    return capture["at"], capture["kind"] is CaptureKind.CHECK_OUT


def repeated(earlier: CaptureRow, mark: str) -> Facts:
    """The same once more, or something else under an id that was used."""
    if earlier.content_hash != mark:
        return answer(earlier.capture_id, CaptureOutcome.REFUSED, CONFLICT)
    return answer(earlier.capture_id, CaptureOutcome.REPEATED, earlier.reason, earlier.visit_id)


def answer(
    capture_id: UUID,
    outcome: CaptureOutcome,
    reason: str | None = None,
    visit_id: UUID | None = None,
) -> Facts:
    return {
        "capture_id": capture_id,
        "outcome": outcome,
        "reason": reason,
        "visit_id": visit_id,
    }


def take_in(
    tools: visiting.Tools,
    session: Session,
    device: DeviceRow,
    batch: Facts,
    capture: Facts,
    handed_in_by: UUID,
    now: datetime,
) -> Facts:
    """One capture: taken, queued with the reasons, or refused with the reason; never lost."""
    capture_id = capture["capture_id"]
    try:
        with session.begin_nested():
            try:
                return act(tools, session, device, batch, capture, handed_in_by, now)
            except Error as error:
                if not error.keeps_changes:
                    raise
                return answer(capture_id, CaptureOutcome.REFUSED, error.code)
    except Error as error:
        return answer(capture_id, CaptureOutcome.REFUSED, error.code)


def act(
    tools: visiting.Tools,
    session: Session,
    device: DeviceRow,
    batch: Facts,
    capture: Facts,
    handed_in_by: UUID,
    now: datetime,
) -> Facts:
    row, booking = lock_for(session, device, capture["booking_id"])
    rules = storage.policy_in_force(session, now).visit
    begins = (booking.accepted_at, device.registered_at)
    timed = domain.settle_time(capture["at"], batch["sealed_at"], now, *begins, rules)
    if isinstance(timed, domain.Refused):
        return answer(capture["capture_id"], CaptureOutcome.REFUSED, timed.reason)
    report = visiting.Report(
        at=timed.at,
        recorded_at=now,
        recorded_by=handed_in_by,
        position=(capture["latitude"], capture["longitude"]),
        code=capture["code"],
        guardian_code=capture["guardian_code"],
        device=capture["device"],
        capture_id=capture["capture_id"],
        signals=timed.signals,
    )
    is_start = capture["kind"] is CaptureKind.CHECK_IN
    way = visiting.check_in if is_start else visiting.check_out
    visit = way(tools, session, row, booking, report)
    return outcome_of(session, capture["capture_id"], visit)


def outcome_of(session: Session, capture_id: UUID, visit: VisitRow) -> Facts:
    """Queued when a clerk will look at the visit, now or once it ends; with the reasons."""
    signals = storage.signals_of_visits(session, [visit.visit_id]).get(visit.visit_id, [])
    reasons = ",".join(signal.reason for signal in signals)
    outcome = CaptureOutcome.QUEUED if signals else CaptureOutcome.TAKEN
    return answer(capture_id, outcome, reasons or None, visit.visit_id)


def lock_for(
    session: Session, device: DeviceRow, booking_id: UUID
) -> tuple[RequestRow, BookingRow]:
    """The booking that a device may speak of: its owner's, or one of the terminal's street."""
    seen = storage.find_booking(session, booking_id)
    if seen is None:
        raise NotFound("No such booking.")
    row = storage.lock_request(session, seen.request_id)
    booking = storage.lock_booking(session, booking_id)
    assert row is not None and booking is not None
    is_own = booking.volunteer_id == device.owner_id
    is_here = row.street == device.street
    if not (is_own if device.kind == DeviceKind.PHONE else is_here):
        raise Forbidden
    return row, booking
