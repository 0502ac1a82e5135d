"""Why a request stands as it does."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import query
from services.matching import rights, storage
from services.matching.contract import ExplainRequest
from services.matching.service.base import Facts, MatchingPart, found
from services.matching.storage import RequestRow, SeatRow, activities, ends
from services.matching.words import request_told


class Explaining(MatchingPart):
    @query(ExplainRequest)
    def explain_request(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        request_id = request["request_id"]
        seat = activities.find_seat(session, request_id)
        row = storage.find_request(session, seat.request_id if seat else request_id)
        row = found(row, "No such request.")
        if seat is None:
            booking, visit = storage.bookings_of(session, [request_id]).get(
                request_id, (None, None)
            )
            self._may_see(session, row, call, booking and booking.volunteer_id)
            visit_id = visit and visit.visit_id
        else:
            self._may_see_place(session, row, seat, call)
            visit_id = seat.visit_id
        return explained(session, row, seat, visit_id)

    def _may_see_place(self, session: Session, row: RequestRow, seat: SeatRow, call: Call) -> None:
        """The elder whose place it is, their agent, and the staff of the street."""
        if not self._is_agent_of(session, seat.elder_id, call):
            rights.may_see(call.caller, row.street, seat.elder_id)


def explained(
    session: Session, row: RequestRow, seat: SeatRow | None, visit_id: UUID | None
) -> Facts:
    of: Any = seat or row
    end = ends.find_end(session, seat.seat_id if seat else row.request_id)
    facts = {"asked_at": of.created_at, "asked_minutes": row.minutes, "starts_at": row.starts_at}
    if seat is None:
        facts |= {"review_reason": row.review_reason, "cancel_reason": row.cancel_reason}
    if end is not None:
        facts |= end.facts | {"ended_at": end.ended_at}
    asked_under = storage.policy_in_force(session, of.created_at).version
    return {
        "request_id": seat.seat_id if seat else row.request_id,
        "state": of.state,
        "policy_version": end.policy_version if end else asked_under,
        "visit_id": visit_id,
        **request_told(of.state, end and end.why, facts),
    }
