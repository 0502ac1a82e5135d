"""What identity tells of people after they were verified: what has changed, and who has left."""

from sqlalchemy.orm import Session

from services.identity.contract import PersonChanged, PersonClosed
from services.kernel.caller import Call
from services.kernel.service import handles
from services.matching import partings, storage
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import partings as kept


COPIED = ("person_id", "name", "birth_date", "street", "willing_and_healthy", "guardian_id")


class Lives(MatchingPart):
    @handles(PersonChanged)
    def keep_changes(self, session: Session, event: Facts, call: Call) -> None:
        facts = {name: event[name] for name in COPIED}
        storage.save_person(session, facts | event["home"] | {"sequence": event["sequence"]})
        person = storage.lock_person(session, event["person_id"])
        if person is not None and not person.willing_and_healthy:
            partings.give_back(self.record, session, person.person_id)

    @handles(PersonClosed)
    def part_with(self, session: Session, event: Facts, call: Call) -> None:
        if not event["was_verified"]:
            return  # nobody was told of them
        person_id = event["person_id"]
        known = kept.save_closing(session, person_id, event["closed_on"], event["sequence"])
        found(known or None, "This person's verification is still to come.")
        partings.part(self.record, session, person_id, event["closed_by"], call.now)
