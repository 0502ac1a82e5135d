"""What identity tells of people after they were verified: what has changed, and who has left."""

from typing import Any

from sqlalchemy.orm import Session

from services.identity.contract import PersonChanged, PersonClosed
from services.kernel.caller import Call
from services.kernel.service import handles
from services.ledger import domain, storage
from services.ledger.gathering import PostingService, posts_on


COPIED = ("person_id", "name", "birth_date", "street", "sequence")


class Lives(PostingService):
    """The part of the ledger that follows people's lives."""

    @handles(PersonChanged)
    def keep_changes(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_person(session, **{name: event[name] for name in COPIED})

    @posts_on(PersonClosed)
    def freeze_for_closing(self, event: dict[str, Any], call: Call) -> domain.Command:
        reason = f"account closed: {event['reason'].value} on {event['closed_on']}"
        return domain.FreezeForClosing(
            event["person_id"], reason, event["closed_by"], event["was_verified"]
        )
