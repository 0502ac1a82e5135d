"""Profiles and certificates."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.matching.domain.volunteers import FreeTime, Profile
from services.matching.storage.tables import PersonRow
from services.matching.storage.tables_volunteers import CertificateRow, VolunteerRow


def save_profile(session: Session, **columns: Any) -> VolunteerRow:
    row = insert(VolunteerRow).values(**columns)
    others = {name: row.excluded[name] for name in columns if name != "person_id"}
    session.execute(row.on_conflict_do_update(index_elements=["person_id"], set_=others))
    saved = find_profile(session, columns["person_id"])
    assert saved is not None
    return saved


def find_profile(session: Session, person_id: UUID) -> VolunteerRow | None:
    query = select(VolunteerRow).where(VolunteerRow.person_id == person_id)
    return session.scalar(query.execution_options(populate_existing=True))


def home_of(session: Session, person_id: UUID) -> tuple[float, float]:
    query = select(PersonRow.latitude, PersonRow.longitude).filter_by(person_id=person_id)
    latitude, longitude = session.execute(query).one()
    return latitude, longitude


def move_base_with_home(
    session: Session, person_id: UUID, latitude: float, longitude: float
) -> None:
    """Whoever sets out from home sets out from the new one."""
    session.execute(
        update(VolunteerRow)
        .where(VolunteerRow.person_id == person_id, VolunteerRow.at_home)
        .values(latitude=latitude, longitude=longitude)
    )


def add_certificate(session: Session, **columns: Any) -> bool:
    """Whether it was added: False when the skill is certified already."""
    row = insert(CertificateRow).values(**columns).on_conflict_do_nothing()
    added = session.execute(row.returning(CertificateRow.certificate_id))
    return added.first() is not None


def standing_certificate(session: Session, person_id: UUID, skill: str) -> CertificateRow | None:
    """The one certificate of a skill that was not withdrawn, locked."""
    query = select(CertificateRow).where(
        CertificateRow.person_id == person_id,
        CertificateRow.skill == skill,
        CertificateRow.withdrawn_at.is_(None),
    )
    return session.scalar(query.with_for_update())


def certificates_of(
    session: Session, person_ids: Iterable[UUID], day: date
) -> dict[UUID, list[CertificateRow]]:
    """By person, the certificates that are good on a day."""
    query = (
        select(CertificateRow)
        .where(
            CertificateRow.person_id.in_(list(person_ids)),
            CertificateRow.withdrawn_at.is_(None),
            or_(CertificateRow.valid_until.is_(None), CertificateRow.valid_until >= day),
        )
        .order_by(CertificateRow.skill)
    )
    found: dict[UUID, list[CertificateRow]] = {}
    for row in session.scalars(query):
        found.setdefault(row.person_id, []).append(row)
    return found


def is_certified(session: Session, person_id: UUID, skill: str | None, day: date) -> bool:
    """Whether somebody holds a certificate of a skill that is good on a day."""
    held = certificates_of(session, [person_id], day).get(person_id, ())
    return any(each.skill == skill for each in held)


def profile_from(row: VolunteerRow, certificates: Iterable[CertificateRow]) -> Profile:
    return Profile(
        skills=frozenset(row.skills),
        certified=frozenset(each.skill for each in certificates),
        languages=frozenset(row.languages),
        free_times=tuple(FreeTime(*times) for times in row.free_times),
        days_off=frozenset(row.days_off),
        most_minutes_a_day=row.most_minutes_a_day,
        radius_metres=row.radius_metres,
        dispatchable=row.dispatchable,
    )


def profile_at(session: Session, row: VolunteerRow, now: datetime) -> Profile:
    """The profile with the certificates that are good on the day."""
    day = city_date(now)
    return profile_from(row, certificates_of(session, [row.person_id], day).get(row.person_id, []))
