"""How consents and guardianships end, and whom it is told to."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from services.identity.contract import (
    ConsentEnd,
    ConsentRevoked,
    GuardianshipEnd,
    GuardianshipEnded,
)
from services.identity.domain.guardianship import GuardianshipState
from services.identity.storage import consents, guardianships
from services.identity.storage.people import get_person
from services.identity.storage.tables_acting import ConsentRow, GuardianshipRow
from services.identity.telling import Record
from services.kernel.caller import Call


GUARDIANSHIP = ("guardianship_id", "ward_id", "guardian_id", "kind")


def end_consent(
    record: Record, session: Session, row: ConsentRow, reason: ConsentEnd, call: Call
) -> None:
    ended_by = call.caller.person_id
    consents.save_ended(session, row, call.now, ended_by, reason)
    record(
        session,
        ConsentRevoked,
        district=get_person(session, row.elder_id).district,
        consent_id=row.consent_id,
        elder_id=row.elder_id,
        agent_id=row.agent_id,
        reason=reason,
        revoked_by=ended_by,
    )


def end_consents_between(
    record: Record, session: Session, pair: Iterable[UUID], call: Call
) -> None:
    """The two are no longer kin."""
    for row in consents.given_between(session, pair):
        end_consent(record, session, row, ConsentEnd.KINSHIP_ENDED, call)


def guardianship_facts(session: Session, row: GuardianshipRow) -> dict[str, object]:
    district = get_person(session, row.ward_id).district
    return {"district": district} | {name: getattr(row, name) for name in GUARDIANSHIP}


def end_guardianship(
    record: Record,
    session: Session,
    row: GuardianshipRow,
    reason: GuardianshipEnd,
    call: Call,
    note: str = "",
) -> None:
    ended_by = call.caller.person_id
    guardianships.save_ended(session, row, call.now, ended_by, reason, note)
    facts = guardianship_facts(session, row)
    record(session, GuardianshipEnded, **facts, reason=reason, ended_by=ended_by)


def end_all_of(record: Record, session: Session, person_id: UUID, call: Call) -> None:
    """The person's account closes: nobody stands in for them any more, nor they for anybody."""
    for consent in consents.given_of(session, person_id):
        end_consent(record, session, consent, ConsentEnd.ACCOUNT_CLOSED, call)
    for row in guardianships.open_of(session, person_id):
        if row.state is GuardianshipState.CONFIRMED:
            end_guardianship(record, session, row, GuardianshipEnd.ACCOUNT_CLOSED, call)
        else:
            guardianships.save_refused(session, row, call.now, call.caller.person_id, "")
