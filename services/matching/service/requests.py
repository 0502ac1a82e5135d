"""Requests on the wire."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.service import command, query
from services.kernel.waiting import poll
from services.matching import answers, domain, endings, rights, storage
from services.matching.catalogue import LANGUAGE_CODES
from services.matching.contract import (
    CancelRequest,
    Category,
    ListNearbyRequests,
    ListRequests,
    RequestCancelled,
    RequestState,
    RequestSubmitted,
    ShowRequest,
    SubmitRequest,
)
from services.matching.domain import BookingState, Item, Person
from services.matching.service.base import Facts, MatchingPart, found, verified


class Requests(MatchingPart):
    @command(SubmitRequest)
    def submit_request(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        elder = verified(storage.find_person(session, request["elder_id"]))
        submitted_by = self._acting_for(session, elder.person_id, elder.street, call)
        window = domain.Window(request["starts_at"], request["ends_at"], request["minutes"])
        policy = storage.policy_in_force(session, call.now)
        domain.check_request(elder, window, call.now, policy)
        item = self._item(session, request, elder, call)
        domain.check_item(item, request["category"], window.minutes, policy)
        facts = {
            "request_id": uuid4(),
            "elder_id": elder.person_id,
            "submitted_by": submitted_by,
            "category": Category(item.category),
            "item_code": item.item_code,
            "item_version": item.version,
            "starts_at": window.starts_at,
            "ends_at": window.ends_at,
            "minutes": window.minutes,
            "street": elder.street,
            "district": elder.district,
        }
        row = storage.add_request(
            session,
            **facts,
            **request["place"],
            skill=item.needed_skill,
            certificate_needed=item.certificate_needed,
            language=request["language"],
            preferred_volunteer_id=request["preferred_volunteer_id"],
            note=request["note"],
            state=RequestState.SUBMITTED,
            created_at=call.now,
        )
        self.record(session, RequestSubmitted, **facts)
        return answers.request(row, shows_address=True)

    def _item(self, session: Session, request: Facts, elder: Person, call: Call) -> Item:
        """The item asked for, in the version that is in force in the elder's district."""
        category, item_code = request["category"], request["item_code"]
        if category is None and item_code is None:
            raise InvalidRequest(fields={"item_code": ["Either this or category."]})
        if request["language"] not in LANGUAGE_CODES | {None}:
            raise InvalidRequest(fields={"language": ["No language of the catalogue."]})
        versions = storage.item_versions(session, item_code or domain.general_item(category))
        return domain.offered(found(versions or None, "No such item."), elder.district, call.now)

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
            self._may_see(session, row, call, row.submitted_by, volunteer_id)
        shows_address = self._shows_address(session, row, booking, call)
        return answers.request(row, booking, visit and visit.visit_id, shows_address)

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
        limit, before = request["limit"], answers.read_cursor(request["cursor"], answers.moment)
        rows = storage.requests_page(session, elder_id, volunteer_id, limit + 1, before)
        page, cursor = answers.page(rows, limit, lambda row: (row.created_at, row.request_id))
        standing = storage.bookings_of(session, [row.request_id for row in page])
        items = []
        for row in page:
            booking, visit = standing.get(row.request_id, (None, None))
            items.append(answers.request(row, booking, visit and visit.visit_id))
        return {"items": items, "next_cursor": cursor}

    @query(ListNearbyRequests)
    def list_nearby_requests(self, session: Session, request: Facts, call: Call) -> Facts:
        caller_id = rights.signed_in(call.caller)
        limit = request["limit"]
        after = answers.read_cursor(request["cursor"], answers.whole_metres)
        pairs = storage.nearby_requests(
            session,
            request["latitude"],
            request["longitude"],
            request["radius_metres"],
            request["category"],
            caller_id,
            call.now,
            limit + 1,
            after,
        )
        page, cursor = answers.page(pairs, limit, lambda pair: (pair[1], pair[0].request_id))
        items = [answers.request(row, distance_metres=metres) for row, metres in page]
        return {"items": items, "next_cursor": cursor}

    @command(CancelRequest)
    def cancel_request(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        cancelled_by = self._acting_for(session, row.elder_id, row.street, call)
        booking = storage.set_booking_state(session, row.request_id, BookingState.CANCELLED)
        endings.move(row, RequestState.CANCELLED)
        row.cancelled_by, row.cancel_reason = cancelled_by, request["reason"]
        self.record(
            session,
            RequestCancelled,
            request_id=row.request_id,
            elder_id=row.elder_id,
            cancelled_by=cancelled_by,
            reason=request["reason"],
            district=row.district,
        )
        return answers.request(row, booking, shows_address=True)
