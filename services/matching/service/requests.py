"""Requests on the wire: asked for, shown, listed, found nearby."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, query
from services.kernel.waiting import poll
from services.matching import answers, asking, rights, storage, visiting
from services.matching.contract import (
    AddressStep,
    ListRequests,
    RequestState,
    ShowRequest,
    SubmitRequest,
)
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import ends


class Requests(MatchingPart):
    @command(SubmitRequest)
    def submit_request(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        elder = verified(storage.find_person(session, request["elder_id"]))
        submitted_by = self._acting_for(session, elder.person_id, elder.street, call)
        self._check_not_paused(session, elder, call)
        wish = asking.wish_of(session, elder, submitted_by, request, call.now)
        row = asking.add(session, self.vault, elder, wish, call.now)
        asking.tell(self.record, session, row)
        if submitted_by == elder.person_id:
            index = visiting.device_index(self.vault, request["device"])
            storage.note_device(session, elder.person_id, index, call.now)
        return self._shown(row, AddressStep.DOOR)

    @query(ShowRequest, session=False)
    def show_request(self, database: Any, request: Facts, call: Call) -> Facts:
        def look() -> Facts:
            with database.begin() as session:
                return self._show_request(session, request["request_id"], call)

        def settled() -> Facts | None:
            seen = look()
            return None if seen["state"] == RequestState.SUBMITTED else seen

        return poll(settled, request["wait_seconds"]) or look()

    def _show_request(self, session: Session, request_id: UUID, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.find_request(session, request_id), "No such request.")
        standing = storage.bookings_of(session, [request_id])
        booking, visit = standing.get(request_id, (None, None))
        if row.state != RequestState.OPEN:
            volunteer_id = booking and booking.volunteer_id
            self._may_see(session, row, call, volunteer_id)
        step = self._step(session, row, booking, call)
        shown = self._shown(row, step, booking, visit and visit.visit_id)
        end = ends.find_end(session, request_id) if row.refusal else None
        if end is not None:
            shown["refusal_values"] = end.facts
            shown["refusal_policy_version"] = end.policy_version
        return shown

    @query(ListRequests)
    def list_requests(self, session: Session, request: Facts, call: Call) -> Facts:
        caller_id = rights.signed_in(call.caller)
        elder_id, volunteer_id = request["elder_id"], request["volunteer_id"]
        if (elder_id is None) == (volunteer_id is None):
            raise InvalidRequest(fields={"elder_id": ["Either this or volunteer_id."]})
        is_agent = elder_id is not None and self._is_agent_of(session, elder_id, call)
        if caller_id != (elder_id or volunteer_id) and not is_agent:
            person = storage.find_person(session, elder_id or volunteer_id)
            rights.may_see(call.caller, person.street if person else "")
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        rows = storage.requests_page(session, elder_id, volunteer_id, limit + 1, before)
        page, cursor = answers.page(rows, limit, lambda row: (row.created_at, row.request_id))
        standing = storage.bookings_of(session, [row.request_id for row in page])
        items = []
        for row in page:
            booking, visit = standing.get(row.request_id, (None, None))
            step = self._step(session, row, booking, call, is_agent)
            items.append(self._shown(row, step, booking, visit and visit.visit_id))
        return {"items": items, "next_cursor": cursor}
