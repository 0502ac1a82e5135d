"""Strikes on the wire, and an elder who was not there."""

from sqlalchemy.orm import Session

from services.identity.contract import Role
from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.service import command, query
from services.matching import answers, domain, endings, rights, storage, striking
from services.matching.contract import (
    ListStrikes,
    ReportElderAbsent,
    StrikeKind,
    StrikeSide,
    StrikeState,
    StrikeWaived,
    WaiveStrike,
    WrongState,
)
from services.matching.domain import BookingState
from services.matching.service.base import Facts, MatchingPart, found, known
from services.matching.service.changing import refuse_activity
from services.matching.storage import BookingRow, RequestRow, StrikeRow


SHOWN = (
    "strike_id",
    "person_id",
    "side",
    "kind",
    "state",
    "given_at",
    "request_id",
    "booking_id",
    "evidence",
    "waived_by",
    "waived_at",
    "waive_reason",
)


def shown(row: StrikeRow) -> Facts:
    return {name: getattr(row, name) for name in SHOWN}


class Strikes(MatchingPart):
    @command(ReportElderAbsent)
    def report_elder_absent(self, session: Session, request: Facts, call: Call) -> Facts:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        refuse_activity(row)
        is_cancelled = self._cancelled_after_its_start(session, row, booking)
        if booking.state != BookingState.ACCEPTED and not is_cancelled:
            raise WrongState(fields={"state": booking.state})
        policy = storage.policy_in_force(session, call.now)
        here = (request["latitude"], request["longitude"])
        there = (row.latitude, row.longitude)
        domain.check_within(*here, *there, policy.geofence_metres)
        domain.check_absence(row.starts_at, row.ends_at, call.now, policy.visit)
        evidence = {"distance_metres": round(domain.haversine_metres(*here, *there))}
        kind = StrikeKind.ELDER_ABSENT
        if is_cancelled:
            striking.give(self.record, session, kind, row, booking, call.now, evidence)
        else:
            endings.no_show(self.record, session, row, booking, kind, call.now, evidence)
        return answers.booking(booking, row, None, address=None)

    def _cancelled_after_its_start(
        self, session: Session, row: RequestRow, booking: BookingRow
    ) -> bool:
        """Whether it was taken back from whoever was at the door; before that it was a strike."""
        is_late = booking.state == BookingState.CANCELLED and row.cancelled_late
        kind = StrikeKind.LATE_CANCEL
        return bool(is_late) and not storage.has_strike(session, booking.booking_id, kind)

    @query(ListStrikes)
    def list_strikes(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        person_id = request["person_id"]
        person = storage.find_person(session, person_id)
        rights.may_see(call.caller, person.street if person else "", person_id)
        rules = storage.policy_in_force(session, call.now).strike

        def until(side: StrikeSide) -> object:
            given = storage.strikes_given(session, person_id, side)
            return domain.paused_until(given, call.now, rules)

        return {
            "items": [shown(row) for row in storage.strikes_of(session, person_id)],
            "booking_paused_until": until(StrikeSide.VOLUNTEER),
            "asking_paused_until": until(StrikeSide.ELDER),
        }

    @command(WaiveStrike)
    def waive_strike(self, session: Session, request: Facts, call: Call) -> Facts:
        waived_by = rights.signed_in(call.caller)
        row = found(storage.lock_strike(session, request["strike_id"]), "No such strike.")
        person = known(storage.find_person(session, row.person_id))
        call.caller.require(Role.AGENCY_CLERK, person.street)
        if waived_by == row.person_id:
            raise Forbidden("Nobody waives a strike of their own.")
        state = StrikeState(row.state)
        row.state = domain.moved_in(domain.STRIKE_MOVES, state, StrikeState.WAIVED)
        row.waived_by, row.waived_at = waived_by, call.now
        row.waive_reason = request["reason"]
        self.record(
            session,
            StrikeWaived,
            strike_id=row.strike_id,
            person_id=row.person_id,
            waived_by=waived_by,
            reason=request["reason"],
            district=person.district,
        )
        return shown(row)
