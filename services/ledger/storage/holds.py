"""Holds as rows: one per request, locked while it is decided about."""

from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.ledger.contract import Provenance
from services.ledger.domain import Hold, HoldState
from services.ledger.storage.tables import HoldRow


def find_hold(session: Session, request_id: UUID) -> Hold | None:
    return _read(session, select(HoldRow).where(HoldRow.request_id == request_id))


def lock_hold(session: Session, request_id: UUID) -> Hold | None:
    """The hold as it is now, nobody else's to settle until the end of the transaction."""
    query = select(HoldRow).where(HoldRow.request_id == request_id)
    return _read(session, query.with_for_update(key_share=True))


def _read(session: Session, query: Select[HoldRow]) -> Hold | None:
    row = session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        return None
    return Hold(
        hold_id=row.hold_id,
        request_id=row.request_id,
        elder_id=row.elder_id,
        district=row.district,
        shares={part: getattr(row, f"{part}_minutes") for part in Provenance},
        state=HoldState(row.state),
        posted_minutes=row.posted_minutes,
        released_minutes=row.released_minutes,
        visit_id=row.visit_id,
    )


def add_hold(session: Session, hold: Hold) -> bool:
    """Write the hold; False when the request has one, even one that was being written just now."""
    row = {
        "hold_id": hold.hold_id,
        "request_id": hold.request_id,
        "elder_id": hold.elder_id,
        "district": hold.district,
        "state": hold.state,
    } | {f"{part}_minutes": share for part, share in hold.shares.items()}
    added = insert(HoldRow).values(row).on_conflict_do_nothing(index_elements=["request_id"])
    return session.execute(added.returning(HoldRow.hold_id)).first() is not None


def settle_hold(session: Session, hold: Hold) -> None:
    session.execute(
        update(HoldRow)
        .where(HoldRow.hold_id == hold.hold_id)
        .values(
            state=hold.state,
            posted_minutes=hold.posted_minutes,
            released_minutes=hold.released_minutes,
            visit_id=hold.visit_id,
        )
        .execution_options(synchronize_session=False)
    )
