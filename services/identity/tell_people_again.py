"""Tell of verified people once more: ``python -m services.identity.tell_people_again``.

For a reader that began to listen after they were verified: rating needs names for certificates.
Readers keep the newest of what they are told, so a run may be stopped and begun again.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.contract import PersonChanged
from services.identity.domain.changes import changed_facts
from services.identity.domain.states import PersonState
from services.identity.retelling import run
from services.identity.storage.people import person_from
from services.identity.storage.tables import PersonRow
from services.kernel.caller import Call
from services.kernel.outbox import envelope, record_all


# Few enough that the relay keeps up with them and with what happens meanwhile.
BATCH = 200


def tell_batch(session: Session, after: UUID, size: int = BATCH) -> tuple[UUID | None, int]:
    """Where to go on, and how many were told. Nobody changes them until it is in the outbox."""
    query = (
        select(PersonRow)
        .where(PersonRow.state == PersonState.VERIFIED, PersonRow.person_id > after)
        .order_by(PersonRow.person_id)
        .limit(size)
        .with_for_update(key_share=True)
    )
    people = [person_from(row) for row in session.scalars(query)]
    call = Call(now=datetime.now(UTC), correlation_id=str(uuid4()))
    facts = [changed_facts(person) for person in people]
    record_all(
        session, [envelope(PersonChanged, each, call.now, call.correlation_id) for each in facts]
    )
    return people[-1].person_id if people else None, len(people)


def main() -> None:
    run(__doc__, tell_batch, "people")


if __name__ == "__main__":
    main()
