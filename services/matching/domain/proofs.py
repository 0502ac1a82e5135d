"""How an end of a visit is proven: by a position, or by a code that only the elder could show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.kernel.contract import InvalidRequest
from services.matching.contract import ExceptionReason, GuardianAbsent, ProofMethod, TooFar
from services.matching.domain.places import haversine_metres
from services.matching.domain.rules_of_visits import VisitRules


class End(StrEnum):
    """The two ends of a visit."""

    START = "start"
    END = "end"


@dataclass(frozen=True)
class Signal:
    """A reason for a clerk to look at a visit, with what was found, in JSON's own types."""

    reason: ExceptionReason
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Proof:
    """What one end was proven by. The position is kept also when a code has proven it."""

    method: ProofMethod
    latitude: float | None = None
    longitude: float | None = None
    distance_metres: int | None = None


Position = tuple[float | None, float | None]


def check_given(position: Position, code: str | None) -> None:
    """Raise InvalidRequest when there is neither a whole position nor a code."""
    latitude, longitude = position
    if (latitude is None) != (longitude is None):
        missing = "latitude" if latitude is None else "longitude"
        raise InvalidRequest(fields={missing: ["A position has both."]})
    if latitude is None and code is None:
        flaw = ["A position, or a code of the elder."]
        raise InvalidRequest(fields={"latitude": flaw, "longitude": flaw, "code": flaw})


def prove(
    end: End,
    position: Position,
    place: tuple[float, float],
    code_method: ProofMethod | None,
    is_offline: bool,
    rules: VisitRules,
) -> tuple[Proof, list[Signal]]:
    """The proof, and what a clerk should see of it.

    A right code needs no position. Without one, whoever is beyond the fence is refused (TooFar) or
    put into the queue, as the policy says for this end; but whoever recorded it without a network
    cannot come nearer any more, and is never refused for it.
    """
    latitude, longitude = position
    if latitude is None or longitude is None:
        assert code_method is not None
        return Proof(code_method), []
    metres = haversine_metres(latitude, longitude, *place)
    distance = round(metres)
    proof = Proof(code_method or ProofMethod.POSITION, latitude, longitude, distance)
    if code_method is not None or metres <= rules.geofence_metres:
        return proof, []
    facts = {"distance_metres": distance, "allowed_metres": rules.geofence_metres}
    refuses = rules.out_of_fence_check_in if end is End.START else rules.out_of_fence_check_out
    if refuses == "refuse" and not is_offline:
        raise TooFar(fields=facts)
    return proof, [Signal(ExceptionReason.OUT_OF_FENCE, facts | {"end": end.value})]


class GuardianProof(StrEnum):
    """How it is known that a pupil's guardian is there; ``word`` is the pupil's own."""

    CALL = "call"
    CODE = "code"
    WORD = "word"


def guardian_proof(
    is_pupil: bool,
    says_so: bool,
    code_fits: bool,
    confirmed_at: datetime | None,
    at: datetime,
    rules: VisitRules,
) -> GuardianProof | None:
    """How the guardian's presence is proven (S1), or None for an adult. Raises GuardianAbsent.

    The guardian's own call counts for so many minutes before and after.
    """
    if not is_pupil:
        return None
    if code_fits:
        return GuardianProof.CODE
    lasts = timedelta(minutes=rules.guardian_presence_minutes)
    if confirmed_at is not None and abs(at - confirmed_at) <= lasts:
        return GuardianProof.CALL
    if says_so and not rules.guardian_proof_required:
        return GuardianProof.WORD
    raise GuardianAbsent
