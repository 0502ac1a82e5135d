"""What other services tell matching."""

from sqlalchemy.orm import Session

from services.identity.contract import PersonVerified, PolicyAdopted, VerificationLapsed
from services.kernel.caller import Call
from services.kernel.policy import save_policy
from services.kernel.service import handles
from services.ledger.contract import HoldPlaced, HoldRefused, HoldReleased
from services.matching import asking, endings, grouping, opening, partings, recurring, storage
from services.matching.contract import RequestState
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import partings as kept


class News(MatchingPart):
    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: Facts, call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(PersonVerified)
    def keep_person(self, session: Session, event: Facts, call: Call) -> None:
        names = ("person_id", "name", "birth_date", "street", "willing_and_healthy", "guardian_id")
        facts = {name: event[name] for name in names}
        storage.save_person(session, facts | event["home"] | {"sequence": event["sequence"]})
        storage.save_verification(session, event["person_id"], True, event["sequence"])

    @handles(VerificationLapsed)
    def wait_for_recheck(self, session: Session, event: Facts, call: Call) -> None:
        """Until verified again they neither ask nor book; what is booked goes on."""
        known = storage.save_verification(session, event["person_id"], False, event["sequence"])
        found(known or None, "This person's verification is still to come.")

    @handles(HoldPlaced)
    def open_request(self, session: Session, event: Facts, call: Call) -> None:
        if opening.seat_held(self.record, session, event["request_id"], call.now):
            return
        row, series = recurring.lock_with_series(session, event["request_id"])
        row = found(row, "No such request.")
        if row.state != RequestState.SUBMITTED:
            return  # cancelled or expired meanwhile: those events release the coins
        if kept.is_closed(session, row.elder_id):
            # It was submitted in the moment in which the elder's account ended.
            by, reason = row.submitted_by, partings.ACCOUNT_CLOSED
            endings.cancel(self.record, session, row, by, reason)
            return
        if series is not None:
            series.refusals = 0
        if row.is_activity:
            opening.fund(self.record, session, row, call.now)
        else:
            opening.hold_placed(self.record, session, row, call.now)

    @handles(HoldRefused)
    def refuse_request(self, session: Session, event: Facts, call: Call) -> None:
        if opening.seat_refused(session, event["request_id"], event, call.now):
            return
        row, series = recurring.lock_with_series(session, event["request_id"])
        row = found(row, "No such request.")
        if row.state == RequestState.SUBMITTED:
            endings.move(row, RequestState.REFUSED)
            row.refusal = event["reason"]
            opening.keep_refusal(session, row.request_id, event, call.now)
            if row.is_activity:
                grouping.cancel(self.record, session, row, row.submitted_by, event["reason"])
            if series is not None:
                recurring.coins_refused(self.record, session, series, call.now)

    @handles(HoldReleased)
    def submit_replacement(self, session: Session, event: Facts, call: Call) -> None:
        """The coins of a replaced request are back: now the new one's can be held."""
        row = storage.lock_replacement(session, event["request_id"])
        if row is not None and row.state == RequestState.SUBMITTED:
            asking.tell(self.record, session, row)
