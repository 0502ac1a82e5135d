"""Visits on the wire, and what time overtakes."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.service import command, every, query
from services.matching import domain, endings, inviting, metrics, rights, showing, storage, visiting
from services.matching.contract import (
    CheckIn,
    CheckOut,
    ConfirmPresence,
    ShowVisit,
    SweepDue,
    WrongState,
)
from services.matching.domain import BookingState
from services.matching.service.base import Facts, MatchingPart, found


SWEEP_SECONDS = 30


def report_of(request: Facts, call: Call) -> visiting.Report:
    """What the caller says of this moment: online, the server's clock is the only one."""
    return visiting.Report(
        at=call.now,
        recorded_at=call.now,
        recorded_by=rights.signed_in(call.caller),
        position=(request["latitude"], request["longitude"]),
        code=request["code"],
        guardian_code=request.get("guardian_code"),
        guardian_present=request.get("guardian_present", False),
        device=request["device"],
    )


class Visits(MatchingPart):
    @command(CheckIn)
    def check_in(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        visit = visiting.check_in(self._tools, session, row, booking, report_of(request, call))
        return showing.visit(session, self.vault, visit, row, call.now, shows_address=True)

    @command(CheckOut)
    def check_out(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        visit = visiting.check_out(self._tools, session, row, booking, report_of(request, call))
        return showing.visit(session, self.vault, visit, row, call.now, shows_address=True)

    @command(ConfirmPresence)
    def confirm_presence(self, session: Session, request: Facts, call: Call) -> Facts:
        guardian_id = rights.signed_in(call.caller)
        booking = found(storage.find_booking(session, request["booking_id"]), "No such booking.")
        row = storage.lock_request(session, booking.request_id)
        assert row is not None
        policy = storage.policy_in_force(session, call.now)
        leads, is_pupil = visiting.leader(session, booking.volunteer_id, call.now, policy)
        if not is_pupil or guardian_id != leads:
            raise Forbidden("Only the guardian of the pupil who comes.")
        if booking.state != BookingState.ACCEPTED:
            raise WrongState(fields={"state": booking.state})
        domain.check_check_in(row.starts_at, row.ends_at, call.now, policy)
        here, there = (
            (request["latitude"], request["longitude"]),
            (row.latitude, row.longitude),
        )
        domain.check_within(*here, *there, policy.geofence_metres)
        facts = {
            "booking_id": booking.booking_id,
            "guardian_id": guardian_id,
            "confirmed_at": call.now,
            "distance_metres": round(domain.haversine_metres(*here, *there)),
        }
        index = visiting.device_index(self.vault, request["device"])
        place = {"latitude": here[0], "longitude": here[1], "device_index": index}
        storage.save_presence(session, **facts, **place)
        return facts

    @query(ShowVisit)
    def show_visit(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.find_request(session, visit.request_id)
        booking = storage.find_booking(session, visit.booking_id)
        assert row is not None
        self._may_see(session, row, call, visit.volunteer_id)
        shows_address = self._shows_address(session, row, booking, call)
        return showing.visit(session, self.vault, visit, row, call.now, shows_address)

    @command(SweepDue)
    def sweep_due(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.may_operate(call.caller)
        inviting.sweep(self.record, session, call.now)
        return endings.sweep(self.record, session, call.now)

    @every(seconds=SWEEP_SECONDS)
    def sweep(self, session: Session, call: Call) -> None:
        endings.sweep(self.record, session, call.now)
        metrics.show_queue(*storage.open_exceptions(session), call.now)
