"""Tell of kinships once more: ``python -m services.identity.tell_kinships_again``.

For a reader that began to listen later: rating bars relatives from deciding disputes. Those that
follow from others are told too. Readers keep the newest of what they are told, so a run may be
stopped and begun again.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from services.identity.contract import KinshipConfirmed
from services.identity.domain.kinship import KinshipState
from services.identity.retelling import run
from services.identity.storage.kinships import family_around, lock_kinships
from services.identity.storage.tables import KinshipRow
from services.identity.telling import facts_of
from services.kernel.outbox import envelope, record_all


def tell_next(session: Session, after: UUID) -> tuple[UUID | None, int]:
    """Where to go on. Each pair is told by the one whom its direction begins with.

    Nobody confirms or ends a kinship until all of it is in the outbox.
    """
    lock_kinships(session)
    person_id = next_relative(session, after)
    if person_id is None:
        return None, 0
    family = family_around(session, [person_id], most=None)
    ties = [tie for tie in family.known.values() if tie.kinship.person_id == person_id]
    now, story = datetime.now(UTC), str(uuid4())
    told = []
    for tie in ties:
        confirmed_by = session.get_one(KinshipRow, tie.path[-1].kinship_id).confirmed_by
        facts = facts_of(session, tie) | {"confirmed_by": confirmed_by}
        told.append(envelope(KinshipConfirmed, facts, now, story))
    record_all(session, told)
    return person_id, len(told)


def next_relative(session: Session, after: UUID) -> UUID | None:
    """The next person who has a confirmed kinship, whichever of the two they are."""
    of_pair = [
        select(column.label("person_id")).where(
            column > after, KinshipRow.state == KinshipState.CONFIRMED
        )
        for column in (KinshipRow.person_id, KinshipRow.relative_id)
    ]
    people = union(*of_pair).subquery()
    return session.scalar(select(people.c.person_id).order_by(people.c.person_id).limit(1))


def main() -> None:
    run(__doc__, tell_next, "kinships")


if __name__ == "__main__":
    main()
