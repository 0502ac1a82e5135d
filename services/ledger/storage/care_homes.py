"""Public care homes as rows: kept as identity tells them, locked while a place is offered."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.kernel.bulk import array
from services.ledger.domain import CareHome
from services.ledger.storage.tables_care_homes import CareHomeRow


FACTS = ("care_home_id", "name", "district", "places", "is_open")
# Whoever offers a place waits here for whoever does so at the same moment.
LOCK = text(
    "select care_home_id, name, district, places, is_open from care_homes"
    " where care_home_id = any(cast(:ids as uuid[])) order by care_home_id for no key update"
)
TAKEN = text(
    "select care_home_id, count(*) from applications"
    " left join wallet_states using (person_id)"
    " where care_home_id = any(cast(:ids as uuid[])) and (applications.state = 'offered'"
    " or applications.state = 'admitted'"
    " and coalesce(wallet_states.state, 'open') <> 'closed') group by care_home_id"
)


def save_care_home(session: Session, home: CareHome, sequence: int) -> None:
    """As it is now; a word that is older than what is known changes nothing."""
    facts = {name: getattr(home, name) for name in FACTS} | {"sequence": sequence}
    row = insert(CareHomeRow).values(facts)
    newer = row.on_conflict_do_update(
        index_elements=["care_home_id"],
        set_={name: row.excluded[name] for name in (*FACTS[1:], "sequence")},
        where=CareHomeRow.sequence < row.excluded.sequence,
    )
    session.execute(newer)


def lock_care_homes(session: Session, ids: Sequence[UUID]) -> dict[UUID, CareHome]:
    """The homes with what is taken in them, nobody else's to offer until the transaction ends."""
    return counted(session, session.execute(LOCK, {"ids": array("uuid", ids)}))


def care_homes_of(session: Session, district: str) -> list[CareHome]:
    columns = [getattr(CareHomeRow, name) for name in FACTS]
    query = select(*columns).where(CareHomeRow.district == district)
    rows = session.execute(query.order_by(CareHomeRow.name, CareHomeRow.care_home_id))
    return list(counted(session, rows).values())


def counted(session: Session, rows: Iterable[Any]) -> dict[UUID, CareHome]:
    homes = {row.care_home_id: CareHome(*row) for row in rows}
    taken = session.execute(TAKEN, {"ids": array("uuid", list(homes))})
    by_home = {care_home_id: count for care_home_id, count in taken}
    return {key: home.with_taken(by_home.get(key, 0)) for key, home in homes.items()}
