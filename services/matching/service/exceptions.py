"""The exceptions queue on the wire: what waits for a clerk, and what the clerk decides."""

from datetime import timedelta

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, query
from services.matching import answers, domain, endings, rights, showing, storage
from services.matching.contract import (
    DecideException,
    ExceptionState,
    ListExceptions,
    ProofMethod,
    RequestState,
    WrongState,
)
from services.matching.domain import End
from services.matching.service.base import Facts, MatchingPart, found


class Exceptions(MatchingPart):
    @query(ListExceptions)
    def list_exceptions(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        if not rights.is_staff(call.caller, request["area"]):
            raise Forbidden
        limit, after = request["limit"], read_cursor(request["cursor"], moment)
        asked = (request["area"], request["state"], request["reason"])
        rows = storage.exceptions_page(session, *asked, limit + 1, after)
        page, cursor = answers.page(rows, limit, lambda each: (each[0].raised_at, each[0].visit_id))
        seen = [
            (visit, row, self._shows_address(session, row, booking, call))
            for _, visit, booking, row in page
        ]
        return {"items": showing.visits(session, self.vault, seen, call.now), "next_cursor": cursor}

    @command(DecideException)
    def decide_exception(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.lock_request(session, visit.request_id)
        assert row is not None
        session.refresh(visit)
        marks = storage.marks_of(session, [visit.visit_id]).get(visit.visit_id, {})
        recorders = [mark.recorded_by for mark in marks.values()]
        guardian_id = storage.confirmed_guardian(session, visit.volunteer_id)
        parties = (visit.elder_id, visit.volunteer_id, guardian_id, *recorders)
        is_agent = self._is_agent_of(session, visit.elder_id, call)
        decided_by = rights.may_settle(call.caller, row.street, *parties, is_agent=is_agent)
        exception = storage.find_exception(session, visit.visit_id)
        if row.state != RequestState.EXCEPTED or exception is None:
            raise WrongState(fields={"state": row.state})
        decided = domain.check_decision(request["minutes"], row.minutes)
        state = ExceptionState(exception.state)
        exception.state = domain.moved_in(domain.EXCEPTION_MOVES, state, ExceptionState.DECIDED)
        exception.decided_by, exception.decided_at = decided_by, call.now
        exception.decision_reason = request["reason"]
        if visit.ended_at is None:
            # Nobody knows when they left; the clerk's minutes tell it.
            visit.ended_at = visit.started_at + timedelta(minutes=decided.minutes)
            storage.add_mark(
                session,
                visit_id=visit.visit_id,
                end_name=End.END,
                at=visit.ended_at,
                recorded_at=call.now,
                recorded_by=decided_by,
                method=ProofMethod.CLERK,
            )
        endings.complete(self.record, session, row, visit, decided)
        return showing.visit(session, self.vault, visit, row, call.now, shows_address=True)
