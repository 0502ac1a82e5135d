"""What the gateway gets to see of volunteers, candidates, invitations and plans."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.matching.answers import request
from services.matching.domain.finding import Candidate, Part, shown_metres, shrunken_stars
from services.matching.domain.finding_policy import FindingPolicy
from services.matching.domain.reasons import Reason
from services.matching.domain.volunteers import clock_of
from services.matching.storage import RequestRow
from services.matching.storage.tables_finding import InvitationRow
from services.matching.storage.tables_plans import PlanLineRow, PlanRow
from services.matching.storage.tables_volunteers import CertificateRow, VolunteerRow
from services.matching.words import told


def nearby_request(row: RequestRow, metres: int, why: Sequence[Reason]) -> dict[str, Any]:
    shown = request(row, distance_metres=metres)
    return shown | {"reasons": [told(each.code, **each.values) for each in why]}


def candidate(each: Candidate, name: str, invited: bool, policy: FindingPolicy) -> dict[str, Any]:
    known, metres = each.known, shown_metres(each.known.distance_metres)
    values = {part.part: part.value for part in each.parts}
    sentences: dict[Part, dict[str, Any]] = {
        Part.DISTANCE: {"metres": metres, "radius": known.profile.radius_metres},
        Part.FIT: {"percent": round(100 * values[Part.FIT])},
        Part.REPUTATION: {
            "ratings": known.ratings,
            "stars": f"{shrunken_stars(known.ratings, known.stars_sum, policy):.1f}",
        },
        Part.CONTINUITY: {"visits": known.visits_together},
        Part.FAIR_SHARE: {"minutes": known.minutes_lately, "days": policy.fair_share_days},
    }
    parts = []
    for part in each.parts:
        words = told(part.part, **sentences[part.part])
        parts.append(
            {
                "part": words["code"],
                "value": part.value,
                "weight": part.weight,
                "points": part.points,
                "zh": words["zh"],
                "en": words["en"],
            }
        )
    return {
        "volunteer_id": known.volunteer_id,
        "name": name,
        "distance_metres": metres,
        "score": each.score,
        "parts": parts,
        "invited": invited,
    }


def profile(
    person_id: UUID,
    row: VolunteerRow | None,
    certificates: Sequence[CertificateRow],
    shows_base: bool,
) -> dict[str, Any]:
    """``row`` is None of somebody with a certificate who has not made a profile yet."""
    base = None
    if row is not None and shows_base and not row.at_home:
        base = {"latitude": row.latitude, "longitude": row.longitude}
    return {
        "person_id": person_id,
        "has_profile": row is not None,
        "skills": row.skills if row else [],
        "certificates": [
            {
                "skill": each.skill,
                "certified_by": each.certified_by,
                "certified_at": each.certified_at,
                "valid_until": each.valid_until,
            }
            for each in certificates
        ],
        "languages": row.languages if row else [],
        "free_times": [
            {"weekday": weekday, "begins": clock_of(begins), "ends": clock_of(ends)}
            for weekday, begins, ends in (row.free_times if row else [])
        ],
        "days_off": row.days_off if row else [],
        "most_minutes_a_day": row and row.most_minutes_a_day,
        "radius_metres": row and row.radius_metres,
        "dispatchable": row is not None and row.dispatchable,
        "base": base,
    }


def invitation(row: InvitationRow) -> dict[str, Any]:
    return {
        "invitation_id": row.invitation_id,
        "request_id": row.request_id,
        "volunteer_id": row.volunteer_id,
        "invited_by": row.invited_by,
        "state": row.state,
        "sent_at": row.sent_at,
        "answer_by": row.answer_by,
        "ended_at": row.ended_at,
        "booking_id": row.booking_id,
    }


PLAN_FACTS = (
    "plan_id",
    "area",
    "day",
    "state",
    "reason",
    "asked_by",
    "asked_at",
    "computed_at",
    "decided_by",
    "decided_at",
    "policy_version",
    "requests",
    "served",
    "walking_metres",
    "booked",
    "overtaken",
)


def plan(row: PlanRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PLAN_FACTS}


def plan_with_lines(
    row: PlanRow, lines: Sequence[tuple[PlanLineRow, RequestRow, str | None, str | None]]
) -> dict[str, Any]:
    shown = [
        {
            "request_id": line.request_id,
            "elder_id": of.elder_id,
            "elder_name": elder,
            "category": of.category,
            "starts_at": of.starts_at,
            "ends_at": of.ends_at,
            "volunteer_id": line.volunteer_id,
            "volunteer_name": volunteer,
            "metres": line.metres,
            "parts": [plan_part(part, amount) for part, amount in line.parts],
            "unserved": line.unserved and told(line.unserved),
            "outcome": line.outcome,
            "booking_id": line.booking_id,
        }
        for line, of, elder, volunteer in lines
    ]
    return plan(row) | {"lines": shown}


def plan_part(part: str, amount: int) -> dict[str, Any]:
    words = told(part, amount=amount)
    return {"part": words["code"], "amount": amount, "zh": words["zh"], "en": words["en"]}
