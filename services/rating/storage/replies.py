"""What volunteers say: once for a visit, and never changed."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.contract import NotFound
from services.rating import domain
from services.rating.contract import AlreadyAnswered, ConditionsAlreadyRated
from services.rating.storage.tables_replies import ConditionsRow, ReplyRow


REPLY = tuple(domain.Reply.__dataclass_fields__)
CONDITIONS = tuple(domain.Conditions.__dataclass_fields__)


def add_reply(session: Session, reply: domain.Reply) -> None:
    """Raises AlreadyAnswered, also when the other answer commits at this moment."""
    row = insert(ReplyRow).values(vars(reply))
    if session.scalar(row.on_conflict_do_nothing().returning(ReplyRow.visit_id)) is None:
        raise AlreadyAnswered


def find_reply(session: Session, visit_id: UUID) -> domain.Reply | None:
    row = session.get(ReplyRow, visit_id)
    return domain.Reply(**{name: getattr(row, name) for name in REPLY}) if row else None


def add_conditions(session: Session, conditions: domain.Conditions) -> None:
    """Raises ConditionsAlreadyRated, also when the others commit at this moment."""
    row = insert(ConditionsRow).values(vars(conditions))
    if session.scalar(row.on_conflict_do_nothing().returning(ConditionsRow.visit_id)) is None:
        raise ConditionsAlreadyRated


def find_conditions(session: Session, visit_id: UUID) -> domain.Conditions:
    row = session.get(ConditionsRow, visit_id)
    if row is None:
        raise NotFound("Nothing has been said of the conditions there.")
    return domain.Conditions(**{name: getattr(row, name) for name in CONDITIONS})
