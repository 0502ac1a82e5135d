"""How memberships of special groups begin and end, and whom it is told to."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import (
    GroupEnding,
    MembershipState,
    SpecialGroupApproved,
    SpecialGroupEnded,
)
from services.identity.domain import memberships as rules_of
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.memberships import Term
from services.identity.domain.people import Person, check_verified
from services.identity.storage import memberships as stored
from services.identity.storage.people import get_person
from services.identity.storage.tables_groups import MembershipRow, SheetRow
from services.identity.telling import Record
from services.kernel.calendar import city_date
from services.kernel.caller import Call


SWEEP_BATCH = 200
CLOSED = "account closed"


def approve(
    record: Record,
    session: Session,
    row: MembershipRow,
    person: Person,
    call: Call,
    rules: GroupRules,
) -> None:
    """Another person approves it; it is told on its first day, today or later."""
    today = city_date(call.now)
    sheet = session.get(SheetRow, row.sheet_id) if row.sheet_id else None
    rules_of.check_approver(call.caller.person_id, row.entered_by, sheet and sheet.prepared_by)
    check_verified(person)
    term = Term(row.starts_on or today, row.ends_on)
    rules_of.check_term(term, today)
    rules_of.check_age(row.group, person, term, today, rules)
    stored.move(
        session,
        row,
        MembershipState.APPROVED,
        approved_at=call.now,
        approved_by=call.caller.person_id,
        starts_on=term.starts_on,
        recheck_due_on=rules_of.recheck_due(max(term.starts_on or today, today), rules),
    )
    if term.starts_on is not None and term.starts_on <= today:
        begin(record, session, row, person.district, call)


def begin(record: Record, session: Session, row: MembershipRow, district: str, call: Call) -> None:
    row.told_at = call.now
    session.flush()
    record(
        session,
        SpecialGroupApproved,
        district=district,
        person_id=row.person_id,
        group=row.group,
        approved_by=row.approved_by,
        membership_id=row.membership_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def end(
    record: Record,
    session: Session,
    row: MembershipRow,
    ending: GroupEnding,
    today: date,
    ended_by: UUID | None,
    reason: str | None = None,
) -> None:
    """It is over for good; told only if its beginning was."""
    stored.move(
        session,
        row,
        MembershipState.ENDED,
        ending=ending,
        ended_on=today,
        ended_by=ended_by,
        reason=reason,
    )
    if row.told_at is not None:
        record(
            session,
            SpecialGroupEnded,
            district=get_person(session, row.person_id).district,
            membership_id=row.membership_id,
            person_id=row.person_id,
            group=row.group,
            ending=ending,
            ended_on=today,
            ended_by=ended_by,
        )


def sweep(record: Record, session: Session, call: Call, rules: GroupRules) -> dict[str, int]:
    """Begin and end a batch of what the day has overtaken; how many of each. Safe with replicas."""
    today = city_date(call.now)
    over = stored.lock_to_end(session, today, rules_of.last_due_missed(today, rules), SWEEP_BATCH)
    for row in over:
        ending = rules_of.ending_of(row.ends_on, today)
        end(record, session, row, ending, today, ended_by=None)
    due = stored.lock_to_begin(session, today, SWEEP_BATCH)
    for row in due:
        begin(record, session, row, get_person(session, row.person_id).district, call)
    return {"begun": len(due), "ended": len(over)}


def end_all_of(record: Record, session: Session, person_id: UUID, call: Call) -> None:
    """The person's account closes: what waits is refused, what stands ends."""
    today, acted_by = city_date(call.now), call.caller.person_id
    for row in stored.lock_standing_of(session, person_id):
        if row.state is MembershipState.APPROVED:
            end(record, session, row, GroupEnding.ACCOUNT_CLOSED, today, acted_by)
        else:
            stored.move(session, row, MembershipState.REFUSED, ended_by=acted_by, reason=CLOSED)
