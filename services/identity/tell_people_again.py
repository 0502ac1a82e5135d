"""Tell of verified people once more: ``python -m services.identity.tell_people_again``.

For a reader that began to listen after they were verified: rating needs names for certificates.
Readers keep the newest of what they are told, so a run may be stopped and begun again.
"""

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from services.identity.contract import PersonChanged
from services.identity.domain.changes import changed_facts
from services.identity.domain.states import PersonState
from services.identity.storage.people import person_from
from services.identity.storage.tables import PersonRow
from services.kernel.caller import Call
from services.kernel.database import make_engine, transact
from services.kernel.outbox import envelope, record_all
from services.kernel.settings import Settings


# Few enough that the relay keeps up with them and with what happens meanwhile.
BATCH = 200
Begin = Callable[[], Any]


def tell_again(begin: Begin, report: Callable[[int], None], size: int = BATCH) -> int:
    """Every verified person, as they are now; how many that were."""
    after: UUID | None = UUID(int=0)
    told = 0
    while after is not None:
        after, people = transact(begin, partial(tell_batch, after=after, size=size))
        told += people
        report(told)
    return told


def tell_batch(session: Session, after: UUID, size: int) -> tuple[UUID | None, int]:
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
    argparse.ArgumentParser(description=__doc__).parse_args()
    begin = sessionmaker(make_engine(Settings.from_environment("database_url").database_url)).begin
    told = tell_again(begin, lambda so_far: print(f"{so_far} told", flush=True))
    print(f"{told} people are told again; the relay sends them.")


if __name__ == "__main__":
    main()
