"""What the ledger tells of public programmes: which there are to pay for activities."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import handles
from services.ledger.contract import ProgrammeClosed, ProgrammeOpened
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import activities as kept


COPIED = ("programme_id", "district", "name", "opened_by")


class Programmes(MatchingPart):
    @handles(ProgrammeOpened)
    def keep_programme(self, session: Session, event: Facts, call: Call) -> None:
        copy = {name: event[name] for name in COPIED}
        kept.add_programme(session, **copy, opened_at=call.now, is_closed=False)

    @handles(ProgrammeClosed)
    def close_programme(self, session: Session, event: Facts, call: Call) -> None:
        """It pays for nothing new; what it has promised goes on."""
        row = kept.find_programme(session, event["programme_id"])
        found(row, "This programme's opening is still to come.").is_closed = True
