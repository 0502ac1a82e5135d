"""Certificates: found by their id or their number, listed newest first."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.caller import CITY_SUFFIX
from services.rating.contract import AlreadyRevoked
from services.rating.domain.certificates import Certificate, Part, Revocation
from services.rating.storage.tables_certificates import CertificateRow, RevocationRow
from services.rating.storage.tables_people import PersonRow


CERTIFICATE = tuple(Certificate.__dataclass_fields__)
REVOCATION = tuple(Revocation.__dataclass_fields__)
Before = tuple[datetime, UUID] | None


def add_certificate(session: Session, certificate: Certificate) -> None:
    facts = vars(certificate) | {"parts": [vars(part) for part in certificate.parts]}
    session.execute(insert(CertificateRow).values(facts))


def find_certificate(session: Session, certificate_id: UUID) -> Certificate | None:
    row = session.get(CertificateRow, certificate_id)
    return _certificate(row) if row else None


def find_by_number(session: Session, number: str) -> Certificate | None:
    row = session.scalar(select(CertificateRow).where(CertificateRow.number == number))
    return _certificate(row) if row else None


def certificates_of(
    session: Session, volunteer_id: UUID, most: int, before: Before
) -> list[Certificate]:
    query = select(CertificateRow).where(CertificateRow.volunteer_id == volunteer_id)
    return _newest(session, query, most, before)


def certificates_in(session: Session, area: str, most: int, before: Before) -> list[Certificate]:
    """Those of volunteers who live there now: in a street, a district, or the whole city."""
    holder = PersonRow.person_id == CertificateRow.volunteer_id
    lives_there = PersonRow.street.startswith(area.removesuffix(CITY_SUFFIX))
    query = select(CertificateRow).join(PersonRow, holder).where(lives_there)
    return _newest(session, query, most, before)


def add_revocation(session: Session, revocation: Revocation) -> None:
    """Raises AlreadyRevoked, also when the other one commits at this moment."""
    row = insert(RevocationRow).values(vars(revocation))
    once = row.on_conflict_do_nothing().returning(RevocationRow.certificate_id)
    if session.scalar(once) is None:
        raise AlreadyRevoked


def find_revocation(session: Session, certificate_id: UUID) -> Revocation | None:
    row = session.get(RevocationRow, certificate_id)
    return Revocation(**{name: getattr(row, name) for name in REVOCATION}) if row else None


def _newest(
    session: Session, query: Select[CertificateRow], most: int, before: Before
) -> list[Certificate]:
    position = (CertificateRow.issued_at, CertificateRow.certificate_id)
    query = query.order_by(*(column.desc() for column in position)).limit(most)
    if before is not None:
        query = query.where(tuple_(*position) < tuple_(*before))
    return [_certificate(row) for row in session.scalars(query)]


def _certificate(row: CertificateRow) -> Certificate:
    facts = {name: getattr(row, name) for name in CERTIFICATE}
    facts["parts"] = tuple(Part(**part) for part in row.parts)
    return Certificate(**facts | {"visit_ids": tuple(row.visit_ids)})
