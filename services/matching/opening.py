"""How a request opens once its coins are held: at once, or after somebody has looked at it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.matching import domain, storage
from services.matching.contract import Category, RequestOpened, RequestRefused, RequestState
from services.matching.endings import move
from services.matching.storage import RequestRow


Record = Callable[..., None]

# The refusal of a request that a reviewer said no to; the ledger's refusals are its errors' codes.
REFUSED_IN_REVIEW = "review"


def hold_placed(record: Record, session: Session, row: RequestRow, now: datetime) -> None:
    """The coins are set aside: open it, or put it before a reviewer where the policy asks."""
    if must_be_reviewed(session, row, now):
        move(row, RequestState.IN_REVIEW)
    else:
        open_request(record, session, row)


def open_request(record: Record, session: Session, row: RequestRow) -> None:
    move(row, RequestState.OPEN)
    record(
        session,
        RequestOpened,
        request_id=row.request_id,
        elder_id=row.elder_id,
        category=Category(row.category),
        minutes=row.minutes,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        district=row.district,
    )


def refuse(
    record: Record, session: Session, row: RequestRow, refused_by: UUID, reason: str
) -> None:
    """A reviewer said no: the ledger gives the coins back."""
    move(row, RequestState.REFUSED)
    row.refusal = REFUSED_IN_REVIEW
    record(
        session,
        RequestRefused,
        request_id=row.request_id,
        elder_id=row.elder_id,
        refused_by=refused_by,
        reason=reason,
        district=row.district,
    )


def must_be_reviewed(session: Session, row: RequestRow, now: datetime) -> bool:
    conditions = storage.policy_in_force(session, now).requests.review
    if not conditions:
        return False
    item = storage.item_version(session, row.item_code, row.item_version)
    submitted = domain.Submitted(
        item,
        is_first=not storage.has_opened_before(session, row.elder_id, row.request_id),
        is_for_another=row.submitted_by != row.elder_id,
        is_approved_series=storage.is_series_approved(session, row.series_id),
    )
    return domain.needs_review(conditions, submitted)
