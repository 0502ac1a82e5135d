"""A visit as it is shown: the six facts, how each end was proven, and why a clerk must look."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.vault import Vault
from services.matching import doors, storage
from services.matching.contract import ExceptionState
from services.matching.domain import End
from services.matching.storage import ExceptionRow, MarkRow, RequestRow, SignalRow, VisitRow


DATA = Path(__file__).parent / "data" / "exceptions.yaml"
WORDS: dict[str, dict[str, str]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))


def visit(
    session: Session,
    vault: Vault,
    row: VisitRow,
    of: RequestRow,
    now: datetime,
    shows_address: bool = False,
) -> dict[str, Any]:
    """One visit; the door for those who may know it."""
    return visits(session, vault, [(row, of, shows_address)], now)[0]


def visits(
    session: Session,
    vault: Vault,
    rows: Iterable[tuple[VisitRow, RequestRow, bool]],
    now: datetime,
) -> list[dict[str, Any]]:
    """Visits with what is kept beside them, however many, in a handful of queries."""
    rows = list(rows)
    ids = [row.visit_id for row, _, _ in rows]
    marks = storage.marks_of(session, ids)
    signals = storage.signals_of_visits(session, ids)
    exceptions = storage.exceptions_of(session, ids)
    most = timedelta(days=storage.policy_in_force(session, now).visit.exception_days)
    return [
        facts(row, of, doors.address_of(vault, of) if shows_address else None)
        | proofs(marks.get(row.visit_id, {}))
        | {
            "exception": exception(
                exceptions.get(row.visit_id), signals.get(row.visit_id, ()), now - most
            )
        }
        for row, of, shows_address in rows
    ]


def facts(row: VisitRow, of: RequestRow, address: str | None) -> dict[str, Any]:
    """What, for whom, by whom, on which day, where, from when until when."""
    shows_address = address is not None
    return {
        "visit_id": row.visit_id,
        "booking_id": row.booking_id,
        "request_id": row.request_id,
        "state": row.state,
        "category": of.category,
        "item_code": of.item_code,
        "elder_id": row.elder_id,
        "volunteer_id": row.volunteer_id,
        "date": city_date(row.started_at),
        "place": {
            "latitude": of.latitude if shows_address else of.public_latitude,
            "longitude": of.longitude if shows_address else of.public_longitude,
            "street": of.street,
            "address": address,
        },
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "planned_minutes": of.minutes,
        "minutes": row.minutes,
        "policy_version": row.policy_version,
        "explanation": row.explanation or [],
        "guardian_proof": row.guardian_proof,
    }


def proofs(marks: dict[End, MarkRow]) -> dict[str, Any]:
    return {
        "start_proof": proof(marks.get(End.START)),
        "end_proof": proof(marks.get(End.END)),
    }


def proof(mark: MarkRow | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {
        "method": mark.method,
        "at": mark.at,
        "recorded_at": mark.recorded_at,
        "distance_metres": mark.distance_metres,
        "offline": mark.capture_id is not None,
    }


def exception(
    row: ExceptionRow | None, signals: Iterable[SignalRow], overdue_before: datetime
) -> dict[str, Any] | None:
    """A visit's place in the queue, with every reason in words."""
    if row is None:
        return None
    return {
        "state": row.state,
        "raised_at": row.raised_at,
        "overdue": row.state == ExceptionState.OPEN and row.raised_at < overdue_before,
        "reasons": [reason(signal) for signal in signals],
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "decision_reason": row.decision_reason,
    }


def reason(signal: SignalRow) -> dict[str, Any]:
    words = WORDS[signal.reason]
    return {
        "reason": signal.reason,
        "evidence": signal.evidence,
        "words_zh": words["zh"].format(**signal.evidence),
        "words_en": words["en"].format(**signal.evidence),
    }
