"""Certificates of service: what is certified, and what becomes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from services.kernel.calendar import city_date
from services.kernel.contract import InvalidRequest
from services.rating.contract import AlreadyRevoked, NothingToCertify
from services.rating.domain.people import Person
from services.rating.domain.policy import CertificatePolicy
from services.rating.domain.stars import Served, total_minutes


class CertificateState(StrEnum):
    """``issued`` ⇄ ``corrected`` by what is proven, either → ``revoked``."""

    ISSUED = "issued"
    CORRECTED = "corrected"
    REVOKED = "revoked"


class CertificateAct(StrEnum):
    REVOKE = "revoke"


MOVES = {
    (CertificateState.ISSUED, CertificateAct.REVOKE): CertificateState.REVOKED,
    (CertificateState.CORRECTED, CertificateAct.REVOKE): CertificateState.REVOKED,
}
# What a dispute alone does: it takes minutes back that are certified, or they are given back.
OVERTAKEN = {
    CertificateState.ISSUED: CertificateState.CORRECTED,
    CertificateState.CORRECTED: CertificateState.ISSUED,
}
# In the words of the public page.
VALIDITY = {
    CertificateState.ISSUED: "valid",
    CertificateState.CORRECTED: "corrected",
    CertificateState.REVOKED: "revoked",
}


@dataclass(frozen=True)
class Part:
    """What was served of one category."""

    category: str
    minutes: int
    visits: int


@dataclass(frozen=True)
class Certificate:
    """What was certified, as it was then; ``visit_ids`` are the visits that prove it."""

    certificate_id: UUID
    number: str
    volunteer_id: UUID
    name: str
    from_date: date
    until_date: date
    minutes: int
    visits: int
    parts: tuple[Part, ...]
    visit_ids: tuple[UUID, ...]
    issuer_zh: str
    issuer_en: str
    policy_version: int
    issued_by: UUID
    issued_at: datetime


@dataclass(frozen=True)
class Revocation:
    """Who made a certificate void, when and why."""

    certificate_id: UUID
    revoked_by: UUID
    revoked_at: datetime
    reason: str


def days_of(from_date: date | None, until_date: date | None, now: datetime) -> tuple[date, date]:
    """The days that are asked for: by default all until today. Raises InvalidRequest."""
    first, last, today = from_date or date.min, until_date or city_date(now), city_date(now)
    if last > today:
        raise InvalidRequest(fields={"until_date": ["A day that has come already."]})
    if first > last:
        raise InvalidRequest(fields={"from_date": ["A day not after the last one."]})
    return first, last


def proven_in(visits: Iterable[Served], first: date, last: date) -> list[Served]:
    """The visits of these days of the city that proved any minute, in their order."""
    found = [visit for visit in visits if visit.minutes and first <= day_of(visit) <= last]
    return sorted(found, key=lambda visit: (visit.ended_at, visit.visit_id))


def day_of(visit: Served) -> date:
    return city_date(visit.ended_at)


def draw_up(
    certificate_id: UUID,
    number: str,
    holder: Person,
    visits: Iterable[Served],
    days: tuple[date | None, date | None],
    issued_by: UUID,
    now: datetime,
    policy: CertificatePolicy,
) -> Certificate:
    """The certificate; raises NothingToCertify for fewer minutes than the policy's least.

    Without a first day it begins with the first visit.
    """
    first, last = days_of(*days, now)
    proven = proven_in(visits, first, last)
    minutes = total_minutes(proven)
    if minutes < policy.least_minutes or not proven:
        raise NothingToCertify(fields={"minutes": minutes, "least_minutes": policy.least_minutes})
    return Certificate(
        certificate_id=certificate_id,
        number=number,
        volunteer_id=holder.person_id,
        name=holder.name,
        from_date=days[0] or day_of(proven[0]),
        until_date=last,
        minutes=minutes,
        visits=len(proven),
        parts=parts_of(proven),
        visit_ids=tuple(visit.visit_id for visit in proven),
        issuer_zh=policy.issuer_zh,
        issuer_en=policy.issuer_en,
        policy_version=policy.version,
        issued_by=issued_by,
        issued_at=now,
    )


def parts_of(visits: Iterable[Served]) -> tuple[Part, ...]:
    """By category, the most first."""
    ordered = sorted(visits, key=lambda visit: visit.category)
    parts = []
    for category, group in groupby(ordered, key=lambda visit: visit.category):
        own = list(group)
        parts.append(Part(category, total_minutes(own), len(own)))
    return tuple(sorted(parts, key=lambda part: (-part.minutes, part.category)))


def proven_today(certificate: Certificate, visits: Iterable[Served]) -> int:
    """What the visits that were certified prove by now."""
    certified = set(certificate.visit_ids)
    return total_minutes(visit for visit in visits if visit.visit_id in certified)


def state_of(certificate: Certificate, is_revoked: bool, proven_minutes: int) -> CertificateState:
    """A certificate that says more than is proven does not stand, whatever was issued."""
    if is_revoked:
        return CertificateState.REVOKED
    if proven_minutes < certificate.minutes:
        return OVERTAKEN[CertificateState.ISSUED]
    return CertificateState.ISSUED


def moved(state: CertificateState, act: CertificateAct) -> CertificateState:
    """The state after the act; raises AlreadyRevoked, for what is revoked stays so."""
    if (state, act) not in MOVES:
        raise AlreadyRevoked
    return MOVES[state, act]
