"""Bookings on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command, query
from services.matching import answers, domain, doors, endings, rights, storage, striking
from services.matching.contract import (
    AcceptRequest,
    BookingReleased,
    ReleaseBooking,
    RequestState,
    ShowBooking,
    StrikeKind,
    WrongState,
)
from services.matching.domain import BookingState
from services.matching.service.base import Facts, MatchingPart, found


class Bookings(MatchingPart):
    @command(AcceptRequest)
    def accept_request(self, session: Session, request: Facts, call: Call) -> Facts:
        volunteer_id = rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        booking = self._book(session, row, volunteer_id, call)
        return answers.booking(booking, row, None, doors.address_of(self.vault, row))

    @command(ReleaseBooking)
    def release_booking(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        if booking.state != BookingState.ACCEPTED:
            raise WrongState(fields={"state": booking.state})
        endings.move(row, RequestState.OPEN)
        late = domain.is_late_release(
            row.starts_at, call.now, storage.policy_in_force(session, call.now)
        )
        booking.state, booking.release_reason = BookingState.RELEASED, request["reason"]
        booking.released_late = late
        facts = endings.booking_facts(row, booking)
        del facts["elder_id"]
        self.record(session, BookingReleased, **facts, reason=request["reason"], late=late)
        if late:
            kind, evidence = StrikeKind.LATE_RELEASE, {"reason": request["reason"]}
            striking.give(self.record, session, kind, row, booking, call.now, evidence)
        return answers.booking(booking, row, None, address=None)

    @query(ShowBooking)
    def show_booking(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        booking = found(storage.find_booking(session, request["booking_id"]), "No such booking.")
        row = storage.find_request(session, booking.request_id)
        assert row is not None
        self._may_see(session, row, call, booking.volunteer_id)
        visit = storage.visit_of_booking(session, booking.booking_id)
        shows_address = self._shows_address(session, row, booking, call)
        address = doors.address_of(self.vault, row) if shows_address else None
        return answers.booking(booking, row, visit and visit.visit_id, address)
