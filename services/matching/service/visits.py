"""Visits on the wire, and what time overtakes."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command, every, query
from services.matching import answers, domain, endings, rights, storage
from services.matching.contract import (
    AlreadyCheckedIn,
    CheckIn,
    CheckOut,
    DecideException,
    NotCheckedIn,
    RequestState,
    ShowVisit,
    SweepDue,
    VisitStarted,
    WrongState,
)
from services.matching.domain import BookingState, VisitState
from services.matching.service.base import Facts, MatchingPart, found, known


SWEEP_SECONDS = 30


class Visits(MatchingPart):
    @command(CheckIn)
    def check_in(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        if storage.visit_of_booking(session, booking.booking_id):
            raise AlreadyCheckedIn
        if booking.state != BookingState.ACCEPTED:
            raise WrongState(fields={"state": booking.state})
        policy = storage.policy_in_force(session, call.now)
        here = (request["latitude"], request["longitude"])
        domain.check_within(*here, row.latitude, row.longitude, policy.geofence_metres)
        volunteer = known(storage.find_person(session, booking.volunteer_id))
        guarded = request["guardian_present"]
        domain.check_check_in(volunteer, row.starts_at, row.ends_at, guarded, call.now, policy)
        endings.move(row, RequestState.UNDERWAY)
        booking.state = BookingState.UNDERWAY
        visit = storage.add_visit(
            session,
            visit_id=uuid4(),
            booking_id=booking.booking_id,
            request_id=row.request_id,
            elder_id=row.elder_id,
            volunteer_id=booking.volunteer_id,
            state=VisitState.UNDERWAY,
            started_at=call.now,
            guardian_present=guarded,
            policy_version=policy.version,
        )
        facts = endings.booking_facts(row, booking)
        self.record(
            session, VisitStarted, **facts, visit_id=visit.visit_id, started_at=visit.started_at
        )
        return answers.visit(visit)

    @command(CheckOut)
    def check_out(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        visit = storage.visit_of_booking(session, booking.booking_id)
        if visit is None:
            raise NotCheckedIn
        if visit.state != VisitState.UNDERWAY:
            raise WrongState(fields={"state": visit.state})
        # The rules are those of the check-in, whatever has been adopted since.
        policy = storage.policy_of_version(session, visit.policy_version)
        here = (request["latitude"], request["longitude"])
        domain.check_within(*here, row.latitude, row.longitude, policy.geofence_metres)
        if domain.is_overdue(row.ends_at, call.now, policy):
            visit.ended_at, reason = call.now, endings.MISSING_CHECK_OUT
            endings.except_visit(self.record, session, row, booking, visit, reason)
            return answers.visit(visit)
        # One visit of a volunteer at a time adds up the day.
        storage.lock_person(session, booking.volunteer_id)
        today = storage.credited_minutes_of_day(session, booking.volunteer_id, visit.started_at)
        earned = domain.credit(visit.started_at, call.now, row.minutes, today, policy)
        visit.ended_at = call.now
        endings.complete(self.record, session, row, visit, earned)
        return answers.visit(visit)

    @query(ShowVisit)
    def show_visit(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.find_request(session, visit.request_id)
        assert row is not None
        self._may_see(session, row, call, visit.volunteer_id)
        return answers.visit(visit)

    @command(DecideException)
    def decide_exception(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.lock_request(session, visit.request_id)
        assert row is not None
        parties = (visit.elder_id, visit.volunteer_id)
        visit.decided_by = rights.may_decide(call.caller, row.street, *parties)
        if row.state != RequestState.EXCEPTED:
            raise WrongState(fields={"state": row.state})
        decided = domain.check_decision(request["minutes"], row.minutes)
        visit.decision_reason = request["reason"]
        # When they left is known of a late check-out; otherwise the clerk's minutes tell it.
        visit.ended_at = visit.ended_at or visit.started_at + timedelta(minutes=decided.minutes)
        endings.complete(self.record, session, row, visit, decided)
        return answers.visit(visit)

    @command(SweepDue)
    def sweep_due(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.may_operate(call.caller)
        return endings.sweep(self.record, session, call.now)

    @every(seconds=SWEEP_SECONDS)
    def sweep(self, session: Session, call: Call) -> None:
        endings.sweep(self.record, session, call.now)
