"""Matching on the wire: parse, one transaction, decide, record."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.identity.contract import PersonVerified, PolicyAdopted
from services.kernel.caller import Call
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.kernel.policy import save_policy
from services.kernel.service import Service, command, every, handles, query
from services.kernel.waiting import poll
from services.ledger.contract import HoldPlaced, HoldRefused
from services.matching import answers, domain, endings, rights, storage
from services.matching.catalogue import CATEGORIES
from services.matching.contract import (
    AcceptRequest,
    AlreadyCheckedIn,
    BookingAccepted,
    BookingReleased,
    CancelRequest,
    Category,
    CheckIn,
    CheckOut,
    DecideException,
    ListCategories,
    ListNearbyRequests,
    ListRequests,
    NotCheckedIn,
    PersonNotVerified,
    ReleaseBooking,
    RequestCancelled,
    RequestOpened,
    RequestState,
    RequestSubmitted,
    ShowBooking,
    ShowRequest,
    ShowVisit,
    SubmitRequest,
    SweepDue,
    VisitStarted,
    WrongState,
)
from services.matching.domain import BookingState, VisitState
from services.matching.storage import BookingRow, RequestRow


SWEEP_SECONDS = 30


def verified(person: domain.Person | None) -> domain.Person:
    if person is None:
        raise PersonNotVerified
    return person


def found(row: Any, words: str) -> Any:
    if row is None:
        raise NotFound(words)
    return row


class MatchingService(Service):
    name = "matching"

    # What others tell us

    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: dict[str, Any], call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(PersonVerified)
    def keep_person(self, session: Session, event: dict[str, Any], call: Call) -> None:
        names = ("person_id", "name", "birth_date", "street", "willing_and_healthy", "guardian_id")
        facts = {name: event[name] for name in names}
        storage.save_person(session, facts | event["home"] | {"sequence": event["sequence"]})

    @handles(HoldPlaced)
    def open_request(self, session: Session, event: dict[str, Any], call: Call) -> None:
        row = found(storage.lock_request(session, event["request_id"]), "No such request.")
        if row.state != RequestState.SUBMITTED:
            return  # cancelled or expired meanwhile: those events release the coins
        endings.move(row, RequestState.OPEN)
        self.record(
            session,
            RequestOpened,
            request_id=row.request_id,
            elder_id=row.elder_id,
            category=Category(row.category),
            minutes=row.minutes,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            district=row.district,
        )

    @handles(HoldRefused)
    def refuse_request(self, session: Session, event: dict[str, Any], call: Call) -> None:
        row = found(storage.lock_request(session, event["request_id"]), "No such request.")
        if row.state == RequestState.SUBMITTED:
            endings.move(row, RequestState.REFUSED)
            row.refusal = event["reason"]

    # Requests

    @query(ListCategories)
    def list_categories(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        return {"items": CATEGORIES}

    @command(SubmitRequest)
    def submit_request(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        elder = verified(storage.find_person(session, request["elder_id"]))
        submitted_by = rights.may_act_for(call.caller, elder.person_id, elder.street)
        window = domain.Window(request["starts_at"], request["ends_at"], request["minutes"])
        domain.check_request(elder, window, call.now, storage.policy_in_force(session, call.now))
        facts = {
            "request_id": uuid4(),
            "elder_id": elder.person_id,
            "submitted_by": submitted_by,
            "category": request["category"],
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
            note=request["note"],
            state=RequestState.SUBMITTED,
            created_at=call.now,
        )
        self.record(session, RequestSubmitted, **facts)
        return answers.request(row, shows_address=True)

    @query(ShowRequest, session=False)
    def show_request(self, database: Any, request: dict[str, Any], call: Call) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            with database.begin() as session:
                return self._show_request(session, request["request_id"], call)

        def settled() -> dict[str, Any] | None:
            seen = look()
            return None if seen["state"] == RequestState.SUBMITTED else seen

        return poll(settled, request["wait_seconds"]) or look()

    def _show_request(self, session: Session, request_id: UUID, call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        row = found(storage.find_request(session, request_id), "No such request.")
        standing = storage.bookings_of(session, [request_id])
        booking, visit = standing.get(request_id, (None, None))
        if row.state != RequestState.OPEN:
            volunteer_id = booking and booking.volunteer_id
            rights.may_see(call.caller, row.street, row.elder_id, row.submitted_by, volunteer_id)
        shows_address = self._shows_address(row, booking, call)
        return answers.request(row, booking, visit and visit.visit_id, shows_address)

    @query(ListRequests)
    def list_requests(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        caller_id = rights.signed_in(call.caller)
        elder_id, volunteer_id = request["elder_id"], request["volunteer_id"]
        if (elder_id is None) == (volunteer_id is None):
            raise InvalidRequest(fields={"elder_id": ["Either this or volunteer_id."]})
        if caller_id != (elder_id or volunteer_id):
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
    def list_nearby_requests(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
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
    def cancel_request(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        cancelled_by = rights.may_act_for(call.caller, row.elder_id, row.street)
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

    # Bookings

    @command(AcceptRequest)
    def accept_request(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        volunteer_id = rights.signed_in(call.caller)
        row = found(storage.lock_request(session, request["request_id"]), "No such request.")
        volunteer = verified(storage.lock_person(session, volunteer_id))
        state = RequestState(row.state)
        domain.check_acceptance(volunteer, row.elder_id, state, row.starts_at, call.now)
        booking = storage.add_booking(
            session,
            booking_id=uuid4(),
            request_id=row.request_id,
            volunteer_id=volunteer_id,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            state=BookingState.ACCEPTED,
            accepted_at=call.now,
        )
        endings.move(row, RequestState.ACCEPTED)
        self.record(session, BookingAccepted, **endings.booking_facts(row, booking))
        return answers.booking(booking, row, None, shows_address=True)

    @command(ReleaseBooking)
    def release_booking(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
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
        return answers.booking(booking, row, None, shows_address=False)

    @query(ShowBooking)
    def show_booking(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        booking = found(storage.find_booking(session, request["booking_id"]), "No such booking.")
        row = storage.find_request(session, booking.request_id)
        assert row is not None
        rights.may_see(call.caller, row.street, row.elder_id, booking.volunteer_id)
        visit = storage.visit_of_booking(session, booking.booking_id)
        shows_address = self._shows_address(row, booking, call)
        return answers.booking(booking, row, visit and visit.visit_id, shows_address)

    # Visits

    @command(CheckIn)
    def check_in(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        row, booking = self._lock_booking(session, request["booking_id"], call)
        if storage.visit_of_booking(session, booking.booking_id):
            raise AlreadyCheckedIn
        if booking.state != BookingState.ACCEPTED:
            raise WrongState(fields={"state": booking.state})
        policy = storage.policy_in_force(session, call.now)
        here = (request["latitude"], request["longitude"])
        domain.check_within(*here, row.latitude, row.longitude, policy.geofence_metres)
        volunteer = verified(storage.find_person(session, booking.volunteer_id))
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
    def check_out(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
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
    def show_visit(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        visit = found(storage.find_visit(session, request["visit_id"]), "No such visit.")
        row = storage.find_request(session, visit.request_id)
        assert row is not None
        rights.may_see(call.caller, row.street, visit.elder_id, visit.volunteer_id)
        return answers.visit(visit)

    @command(DecideException)
    def decide_exception(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
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

    # What time overtakes

    @command(SweepDue)
    def sweep_due(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.may_operate(call.caller)
        return endings.sweep(self.record, session, call.now)

    @every(seconds=SWEEP_SECONDS)
    def sweep(self, session: Session, call: Call) -> None:
        endings.sweep(self.record, session, call.now)

    def _lock_booking(
        self, session: Session, booking_id: UUID, call: Call
    ) -> tuple[RequestRow, BookingRow]:
        """The booking and its request, locked in the order that everybody takes: request first."""
        rights.signed_in(call.caller)
        seen = found(storage.find_booking(session, booking_id), "No such booking.")
        rights.must_be(call.caller, seen.volunteer_id)
        row = storage.lock_request(session, seen.request_id)
        booking = storage.lock_booking(session, booking_id)
        if row is None or booking is None:
            raise Forbidden
        return row, booking

    def _shows_address(self, row: RequestRow, booking: BookingRow | None, call: Call) -> bool:
        comes = booking is not None and booking.state not in domain.AWAY
        volunteer_id = booking.volunteer_id if booking is not None and comes else None
        return rights.may_see_address(call.caller, row.street, row.elder_id, volunteer_id)
