"""Who acts for whom, as identity tells it."""

from sqlalchemy.orm import Session

from services.identity.contract import (
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    GuardianshipEnded,
)
from services.kernel.caller import Call
from services.kernel.service import handles
from services.matching import storage
from services.matching.service.base import Facts, MatchingPart


class Acting(MatchingPart):
    @handles(GuardianshipConfirmed)
    def keep_guardianship(self, session: Session, event: Facts, call: Call) -> None:
        storage.save_guardianship(session, event)

    @handles(GuardianshipEnded)
    def end_guardianship(self, session: Session, event: Facts, call: Call) -> None:
        storage.end_guardianship(session, event)

    @handles(ConsentGiven)
    def keep_consent(self, session: Session, event: Facts, call: Call) -> None:
        storage.save_consent(session, event)

    @handles(ConsentRevoked)
    def end_consent(self, session: Session, event: Facts, call: Call) -> None:
        storage.end_consent(session, event)
