"""Lists for special groups, and the people whom their lines are about."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.identity.contract import MembershipState
from services.identity.domain.group_sheets import SheetLine
from services.identity.domain.people import Person
from services.identity.storage.blind_indexes import ID_NUMBER
from services.identity.storage.people import person_from
from services.identity.storage.tables import PersonRow
from services.identity.storage.tables_blind_indexes import BlindIndexRow
from services.identity.storage.tables_groups import MembershipRow, SheetLineRow, SheetRow
from services.identity.storage.vault import Vault
from services.kernel.contract import NotFound


def find_by_id_numbers(
    session: Session, vault: Vault, numbers: Collection[str]
) -> dict[str, Person]:
    """The people who have these ID numbers, by number; looked up by the blind index."""
    by_index = {
        index: number for number in numbers for index in vault.indexes(ID_NUMBER, number).values()
    }
    rows = session.execute(
        select(BlindIndexRow.value_index, PersonRow)
        .join(PersonRow, PersonRow.person_id == BlindIndexRow.person_id)
        .where(BlindIndexRow.field == ID_NUMBER)
        .where(BlindIndexRow.value_index.in_(list(by_index)))
    )
    return {by_index[index]: person_from(row) for index, row in rows}


def find_people(session: Session, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    rows = session.scalars(select(PersonRow).where(PersonRow.person_id.in_(list(person_ids))))
    return {row.person_id: person_from(row) for row in rows}


def add_sheet(session: Session, vault: Vault, sheet: SheetRow, lines: Sequence[SheetLine]) -> None:
    session.add(sheet)
    session.flush()
    values = [
        {
            "sheet_id": sheet.sheet_id,
            "line": line.line,
            "name": line.name,
            "masked_id_number": line.masked,
            "person_id": line.person_id,
            "group": line.group,
            "sealed_evidence": sealed(vault, line),
            "starts_on": line.term.starts_on,
            "ends_on": line.term.ends_on,
            "fault": line.fault,
        }
        for line in lines
    ]
    session.execute(insert(SheetLineRow), values)


def sealed(vault: Vault, line: SheetLine) -> str | None:
    """Kept only for whoever is going to be entered."""
    if line.person_id is None or line.fault is not None:
        return None
    return vault.seal(line.evidence, "evidence", line.person_id)


def lock_sheet(session: Session, sheet_id: UUID) -> SheetRow:
    row = session.get(SheetRow, sheet_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def find_sheet(session: Session, sheet_id: UUID) -> SheetRow:
    row = session.get(SheetRow, sheet_id)
    if row is None:
        raise NotFound
    return row


def good_lines(session: Session, sheet_id: UUID) -> list[SheetLineRow]:
    """What can be entered, in the one order in which people are taken."""
    return list(
        session.scalars(
            select(SheetLineRow)
            .where(SheetLineRow.sheet_id == sheet_id, SheetLineRow.fault.is_(None))
            .order_by(SheetLineRow.person_id, SheetLineRow.line)
        )
    )


def lines_page(
    session: Session, sheet_id: UUID, after: int, limit: int, faulty: bool = False
) -> list[tuple[SheetLineRow, MembershipState | None]]:
    """Lines with the state of the membership that came of each."""
    query = (
        select(SheetLineRow, MembershipRow.state)
        .outerjoin(MembershipRow, MembershipRow.membership_id == SheetLineRow.membership_id)
        .where(SheetLineRow.sheet_id == sheet_id, SheetLineRow.line > after)
        .order_by(SheetLineRow.line)
        .limit(limit)
    )
    if faulty:
        query = query.where(SheetLineRow.fault.is_not(None))
    return [(row, state) for row, state in session.execute(query)]


def lock_entered(
    session: Session, sheet_id: UUID, lines: Collection[int] | None
) -> list[tuple[MembershipRow, Person]]:
    """The memberships of a list that wait for approval, and their people; all of them locked."""
    query = (
        select(MembershipRow, PersonRow)
        .join(PersonRow, PersonRow.person_id == MembershipRow.person_id)
        .join(SheetLineRow, SheetLineRow.membership_id == MembershipRow.membership_id)
        .where(SheetLineRow.sheet_id == sheet_id)
        .where(MembershipRow.state == MembershipState.ENTERED)
        .order_by(MembershipRow.person_id)
        .with_for_update(of=[PersonRow, MembershipRow], key_share=True)
    )
    if lines is not None:
        query = query.where(SheetLineRow.line.in_(list(lines)))
    return [(row, person_from(person)) for row, person in session.execute(query)]


def counts_of(session: Session, sheet_id: UUID) -> dict[str, int]:
    approved = (MembershipState.APPROVED, MembershipState.ENDED)
    lines, faulty, entered, approved_lines = session.execute(
        select(
            func.count(),
            func.count(SheetLineRow.fault),
            func.count(SheetLineRow.membership_id),
            func.count().filter(MembershipRow.state.in_(approved)),
        )
        .select_from(SheetLineRow)
        .outerjoin(MembershipRow, MembershipRow.membership_id == SheetLineRow.membership_id)
        .where(SheetLineRow.sheet_id == sheet_id)
    ).one()
    return {
        "lines": lines,
        "faulty_lines": faulty,
        "entered_lines": entered,
        "approved_lines": approved_lines,
    }
