"""What every part of matching stands on."""

from typing import Any
from uuid import UUID, uuid4

from nameko.extensions import DependencyProvider
from sqlalchemy.orm import Session

from services.identity.contract import AccountSuspended, Role, Scope
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import Forbidden, NotFound
from services.kernel.service import Service
from services.kernel.vault import Vault
from services.matching import (
    answers,
    domain,
    doors,
    endings,
    grouping,
    inviting,
    rights,
    storage,
    striking,
    visiting,
)
from services.matching.contract import (
    AddressStep,
    BookingAccepted,
    CertificateNeeded,
    OwnRequest,
    PersonNotVerified,
    RequestState,
    StrikeSide,
)
from services.matching.domain import BookingState
from services.matching.storage import BookingRow, RequestRow, profiles


Facts = dict[str, Any]

MATCHING = "matching"


def verified(person: domain.Person | None) -> domain.Person:
    """Whoever asks or books; raises PersonNotVerified before verification and after a lapse.

    Raises AccountSuspended for somebody who is stopped, also when others act for them.
    """
    if person is None or not person.verified:
        raise PersonNotVerified
    if person.suspended:
        raise AccountSuspended
    return person


def known(person: domain.Person | None) -> domain.Person:
    """Whoever does what was agreed while verified: the elder waits for a visit that is booked."""
    if person is None:
        raise PersonNotVerified
    return person


def found(row: Any, words: str) -> Any:
    if row is None:
        raise NotFound(words)
    return row


class VaultOfProcess(DependencyProvider):
    """Gives the service ``self.vault``, made once from the process's data keys."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        keys = (settings.data_key, *settings.retired_data_keys)
        self.vault = Vault(*keys, service=MATCHING)

    def get_dependency(self, worker_ctx: Any) -> Vault:
        return self.vault


class MatchingPart(Service):
    """One room of matching; all of them together are the service."""

    vault = VaultOfProcess()

    @property
    def _tools(self) -> visiting.Tools:
        return visiting.Tools(self.record, self.vault)

    def _acting_for(self, session: Session, elder_id: UUID, street: str, call: Call) -> UUID:
        """Who acts for the elder about requests, if they may: see ``rights.may_act_for``."""
        caller_id = rights.signed_in(call.caller)
        powers = storage.powers_over(session, elder_id, caller_id)
        return rights.may_act_for(call.caller, elder_id, street, powers, call.now)

    def _check_led(self, session: Session, volunteer: domain.Person, call: Call) -> None:
        """Whoever is under age has a confirmed guardian: see ``domain.check_led``."""
        guardian_id = storage.confirmed_guardian(session, volunteer.person_id)
        policy = storage.policy_in_force(session, call.now)
        domain.check_led(volunteer, guardian_id, call.now, policy)

    def _is_agent_of(self, session: Session, elder_id: UUID, call: Call) -> bool:
        """Whether the elder lets the caller act about requests, or the caller is their guardian."""
        powers = storage.powers_over(session, elder_id, rights.signed_in(call.caller))
        return domain.is_agent(powers, Scope.REQUESTS, call.now)

    def _check_not_paused(self, session: Session, elder: domain.Person, call: Call) -> None:
        """Raise Paused for an elder with too many strikes; the agency may still ask for them."""
        if not call.caller.holds(Role.AGENCY_CLERK, elder.street):
            policy = storage.policy_in_force(session, call.now)
            side = StrikeSide.ELDER
            striking.check_not_paused(session, elder.person_id, side, call.now, policy)

    def _check_may_come(
        self, session: Session, row: RequestRow, volunteer: domain.Person, call: Call
    ) -> None:
        """Raise for a volunteer who may not take this request, be it booked or only proposed."""
        policy = storage.policy_in_force(session, call.now)
        side = StrikeSide.VOLUNTEER
        striking.check_not_paused(session, volunteer.person_id, side, call.now, policy)
        state = RequestState(row.state)
        domain.check_acceptance(volunteer, row.elder_id, state, row.starts_at, call.now)
        if row.is_activity and grouping.has_place(session, row.request_id, volunteer.person_id):
            raise OwnRequest
        self._check_led(session, volunteer, call)
        day = city_date(row.starts_at)
        if row.certificate_needed and not profiles.is_certified(
            session, volunteer.person_id, row.skill, day
        ):
            raise CertificateNeeded(fields={"skill": row.skill})

    def _book(
        self, session: Session, row: RequestRow, volunteer_id: UUID, call: Call
    ) -> BookingRow:
        """Book a locked request for a volunteer, however it came to it: the one way to a booking.

        Others who were asked to come need not answer any more.
        """
        volunteer = verified(storage.lock_person(session, volunteer_id))
        self._check_may_come(session, row, volunteer, call)
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
        inviting.settle(self.record, session, row, booking, call.now)
        self.record(session, BookingAccepted, **endings.booking_facts(row, booking))
        return booking

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

    def _may_see(
        self, session: Session, row: RequestRow, call: Call, *parties: UUID | None
    ) -> None:
        """The elder, their agent, the other parties, and the staff of the street."""
        if not self._is_agent_of(session, row.elder_id, call):
            rights.may_see(call.caller, row.street, row.elder_id, *parties)

    def _step(
        self,
        session: Session,
        row: RequestRow,
        booking: BookingRow | None,
        call: Call,
        is_agent: bool | None = None,
    ) -> AddressStep:
        """How much of the place the caller sees; ``is_agent`` when it is known already."""
        comes = booking is not None and booking.state not in domain.AWAY
        if comes and booking is not None and call.caller.person_id == booking.volunteer_id:
            policy = storage.policy_in_force(session, call.now)
            window = (row.starts_at, row.ends_at)
            return domain.step_for_volunteer(True, *window, call.now, policy)
        if rights.may_see_address(call.caller, row.street, row.elder_id, None):
            return AddressStep.DOOR
        if is_agent is None:
            is_agent = self._is_agent_of(session, row.elder_id, call)
        return AddressStep.DOOR if is_agent else AddressStep.AREA

    def _shown(
        self,
        row: RequestRow,
        step: AddressStep,
        booking: BookingRow | None = None,
        visit_id: UUID | None = None,
    ) -> Facts:
        """A request with what its step shows of the place."""
        door = None if step is AddressStep.AREA else doors.opened(self.vault, row)
        return answers.request(row, booking, visit_id, step, door)

    def _shows_address(
        self, session: Session, row: RequestRow, booking: BookingRow | None, call: Call
    ) -> bool:
        if self._is_agent_of(session, row.elder_id, call):
            return True
        comes = booking is not None and booking.state not in domain.AWAY
        volunteer_id = booking.volunteer_id if booking is not None and comes else None
        return rights.may_see_address(call.caller, row.street, row.elder_id, volunteer_id)
