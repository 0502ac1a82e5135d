"""Who is whose relative: what was told last holds."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rating.storage.tables_kin import KinRow


def save_kin(
    session: Session,
    kinship_id: UUID,
    person_id: UUID,
    relative_id: UUID,
    sequence: int,
    is_ended: bool,
) -> None:
    row = insert(KinRow).values(
        kinship_id=kinship_id,
        person_id=person_id,
        relative_id=relative_id,
        is_ended=is_ended,
        sequence=sequence,
    )
    newer = {name: row.excluded[name] for name in ("is_ended", "sequence")}
    session.execute(
        row.on_conflict_do_update(
            index_elements=["kinship_id"],
            set_=newer,
            where=KinRow.sequence < row.excluded.sequence,
        )
    )


def is_kin(session: Session, person_id: UUID, others: Collection[UUID]) -> bool:
    """Whether somebody is a relative of one of the others."""
    query = select(KinRow.kinship_id).where(
        ~KinRow.is_ended,
        or_(
            (KinRow.person_id == person_id) & KinRow.relative_id.in_(others),
            (KinRow.relative_id == person_id) & KinRow.person_id.in_(others),
        ),
    )
    return session.scalar(query.limit(1)) is not None
