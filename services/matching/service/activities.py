"""Group activities on the wire: organised, joined, left, led, paid by those who came."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.paging import moment, read_cursor
from services.kernel.service import command, query
from services.matching import (
    answers,
    asking,
    domain,
    doors,
    grouping,
    leaving,
    opening,
    rights,
    storage,
)
from services.matching.contract import (
    ActivityOrganised,
    Category,
    JoinActivity,
    LeaveActivity,
    ListActivities,
    MarkAbsent,
    NoSuchProgramme,
    OrganiseActivity,
    OwnRequest,
    RequestNotOpen,
    RequestState,
    ShowActivity,
    WrongState,
)
from services.matching.domain import Window
from services.matching.domain import activities as rules
from services.matching.service.base import Facts, MatchingPart, found, verified
from services.matching.storage import ActivityRow, BookingRow, RequestRow
from services.matching.storage import activities as kept


GOES_ON = (RequestState.UNDERWAY, RequestState.EXCEPTED)


class Activities(MatchingPart):
    @command(OrganiseActivity)
    def organise_activity(self, session: Session, request: Facts, call: Call) -> Facts:
        programme_id = request["programme_id"]
        organised_by = rights.may_organise(call.caller, request["street"], programme_id is not None)
        policy = storage.policy_in_force(session, call.now)
        window = Window(request["starts_at"], request["ends_at"], request["minutes"])
        domain.check_window(window, call.now, policy)
        asking.check_language(request["language"])
        versions = storage.item_versions(session, request["item_code"])
        found(versions or None, "No such item.")
        item = domain.offered(versions, request["street"][:6], call.now)
        places = (
            request["smallest_places"] or item.smallest_group,
            request["largest_places"] or item.largest_group,
        )
        rules.check_activity(item, window.minutes, *places, policy)
        if programme_id is not None:
            programme = kept.find_programme(session, programme_id)
            if programme is None or programme.district != request["street"][:6]:
                raise NoSuchProgramme
            if programme.is_closed:
                raise NoSuchProgramme
        row = self._announce(session, request, item, organised_by, call)
        activity = grouping.organise(session, row, *places, programme_id)
        if programme_id is not None:
            asking.tell(self.record, session, row, programme_id)
        names = ("request_id", "item_code", "starts_at", "ends_at", "minutes", "street", "district")
        self.record(
            session,
            ActivityOrganised,
            **{name: getattr(row, name) for name in names},
            organised_by=organised_by,
            category=Category(row.category),
            smallest_places=activity.smallest_places,
            largest_places=activity.largest_places,
            programme_id=programme_id,
        )
        return self._shown_activity(session, row, activity, call)

    def _announce(
        self,
        session: Session,
        request: Facts,
        item: domain.Item,
        organised_by: UUID,
        call: Call,
    ) -> RequestRow:
        """The request that a volunteer will book; who pays for all stands where an elder would."""
        request_id = uuid4()
        return storage.add_request(
            session,
            request_id=request_id,
            elder_id=request["programme_id"] or organised_by,
            submitted_by=organised_by,
            category=item.category,
            item_code=item.item_code,
            item_version=item.version,
            skill=item.needed_skill,
            certificate_needed=item.certificate_needed,
            language=request["language"],
            starts_at=request["starts_at"],
            ends_at=request["ends_at"],
            minutes=request["minutes"],
            street=request["street"],
            district=request["street"][:6],
            **asking.placed(
                self.vault, doors.REQUESTS, request_id, request["place"], request["note"]
            ),
            state=RequestState.SUBMITTED,
            is_activity=True,
            created_at=call.now,
        )

    @command(JoinActivity)
    def join_activity(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        elder = verified(storage.find_person(session, request["elder_id"]))
        submitted_by = self._acting_for(session, elder.person_id, elder.street, call)
        self._check_not_paused(session, elder, call)
        domain.check_age(elder, call.now, storage.policy_in_force(session, call.now))
        row, activity, booking = self._lock_activity(session, request["request_id"])
        rules.check_before_it_begins(RequestState(row.state))
        if row.starts_at <= call.now:
            raise RequestNotOpen(fields={"state": row.state})
        if booking is not None and booking.volunteer_id == elder.person_id:
            raise OwnRequest
        grouping.take(self.record, session, row, activity, elder, submitted_by, call.now)
        opening.open_with_enough(self.record, session, row, call.now)
        return self._shown_activity(session, row, activity, call, elder.person_id)

    @command(LeaveActivity)
    def leave_activity(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row, activity, _ = self._lock_activity(session, request["request_id"])
        seat = found(kept.find_seat(session, request["seat_id"]), "No such place.")
        elder = found(storage.find_person(session, seat.elder_id), "No such place.")
        left_by = self._acting_for(session, seat.elder_id, elder.street, call)
        rules.check_before_it_begins(RequestState(row.state))
        if seat.request_id != row.request_id:
            raise NotFound("No such place.")
        leaving.leave(self.record, session, row, seat, left_by, request["reason"])
        return self._shown_activity(session, row, activity, call, seat.elder_id)

    @command(MarkAbsent)
    def mark_absent(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        row, activity, booking = self._lock_activity(session, request["request_id"])
        leads = booking.volunteer_id if booking and row.state == RequestState.UNDERWAY else None
        rights.may_mark_absent(call.caller, row.street, leads)
        if row.state not in GOES_ON:
            raise WrongState(fields={"state": row.state})
        for seat in kept.seats_of(session, row.request_id):
            seat.is_absent = seat.seat_id in request["seat_ids"]
        return self._shown_activity(session, row, activity, call)

    @query(ShowActivity)
    def show_activity(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        activity = found(kept.find_activity(session, request["request_id"]), "No such activity.")
        row = storage.find_request(session, activity.request_id)
        assert row is not None
        return self._shown_activity(session, row, activity, call)

    @query(ListActivities)
    def list_activities(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        limit, after = request["limit"], read_cursor(request["cursor"], moment)
        found_here = kept.activities_page(session, request["area"], call.now, limit + 1, after)
        page, cursor = answers.page(
            found_here, limit, lambda pair: (pair[0].starts_at, pair[0].request_id)
        )
        taken = kept.taken_counts(session, [row.request_id for row, _ in page])
        items = [
            answers.activity(
                row, activity, doors.opened(self.vault, row), taken.get(row.request_id, 0)
            )
            for row, activity in page
        ]
        return {"items": items, "next_cursor": cursor}

    def _lock_activity(
        self, session: Session, request_id: UUID
    ) -> tuple[RequestRow, ActivityRow, BookingRow | None]:
        """The activity, whose places nobody else changes until the end, and who will lead it."""
        row = storage.lock_request(session, request_id)
        activity = kept.find_activity(session, request_id)
        if row is None or activity is None:
            raise NotFound("No such activity.")
        booking, _ = storage.bookings_of(session, [request_id]).get(request_id, (None, None))
        return row, activity, booking

    def _shown_activity(
        self,
        session: Session,
        row: RequestRow,
        activity: ActivityRow,
        call: Call,
        elder_id: UUID | None = None,
    ) -> Facts:
        """Who has which place is for the agency, its organiser and leader; others see their own."""
        session.flush()
        booking, _ = storage.bookings_of(session, [row.request_id]).get(
            row.request_id, (None, None)
        )
        seats = kept.seats_of(session, row.request_id)
        taken = sum(seat.state in rules.TAKEN for seat in seats)
        volunteer_id = booking.volunteer_id if booking is not None else None
        caller_id = rights.signed_in(call.caller)
        leads = caller_id in (volunteer_id, row.submitted_by)
        sees_all = leads or rights.is_clerk(call.caller, row.street)
        own: set[Any] = {caller_id, elder_id}
        shown = [seat for seat in seats if sees_all or seat.elder_id in own]
        door = doors.opened(self.vault, row)
        return answers.activity(row, activity, door, taken, volunteer_id, shown)
