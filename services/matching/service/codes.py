"""One-time codes on the wire: for a phone, and on a card for whoever has none."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.identity.contract import Role
from services.kernel.caller import Call
from services.kernel.contract import Forbidden
from services.kernel.service import command, query
from services.matching import codes, domain, rights, storage
from services.matching.contract import (
    CardNotPrintable,
    IssueCodeCard,
    PrintCodeCard,
    SetUpVisitCode,
    ShowVisitCode,
)
from services.matching.service.base import Facts, MatchingPart, found, known


class Codes(MatchingPart):
    @command(SetUpVisitCode)
    def set_up_visit_code(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = self._code_owner(session, request["person_id"], call)
        secret = self.vault.seal(codes.new_secret(), codes.PHONE_FIELD, person_id)
        storage.save_visit_code(
            session, person_id=person_id, sealed_secret=secret, created_at=call.now
        )
        # The secret is shown by a query, whose answers are kept nowhere.
        return {"person_id": person_id, "created_at": call.now}

    @query(ShowVisitCode)
    def show_visit_code(self, session: Session, request: Facts, call: Call) -> Facts:
        person_id = self._code_owner(session, request["person_id"], call)
        row = found(storage.find_visit_code(session, person_id), "No code is set up.")
        secret = self.vault.open(row.sealed_secret, codes.PHONE_FIELD, person_id)
        return {
            "person_id": person_id,
            "code": codes.phone_code(secret, call.now),
            "valid_until": codes.valid_until(call.now),
            "otpauth_uri": codes.otpauth_uri(secret, person_id),
        }

    @command(IssueCodeCard)
    def issue_code_card(self, session: Session, request: Facts, call: Call) -> Facts:
        person, issued_by = self._card_holder(session, request["person_id"], call)
        rules = storage.policy_in_force(session, call.now).visit
        storage.lock_people(session, person.person_id)
        card_id = uuid4()
        row = storage.replace_card(
            session,
            card_id=card_id,
            person_id=person.person_id,
            sealed_secret=self.vault.seal(codes.new_secret(), codes.CARD_FIELD, card_id),
            codes_count=rules.card_codes,
            issued_by=issued_by,
            issued_at=call.now,
            print_until=call.now + timedelta(minutes=rules.card_print_minutes),
        )
        names = ("card_id", "person_id", "issued_at", "codes_count", "print_until")
        return {name: getattr(row, name) for name in names}

    @query(PrintCodeCard)
    def print_code_card(self, session: Session, request: Facts, call: Call) -> Facts:
        person, printed_by = self._card_holder(session, request["person_id"], call)
        card = found(storage.find_card(session, person.person_id), "No card is issued.")
        if printed_by != card.issued_by:
            raise Forbidden("Only who issued the card prints it.")
        if call.now >= card.print_until:
            minutes = (card.print_until - card.issued_at) // timedelta(minutes=1)
            raise CardNotPrintable(fields={"print_minutes": minutes})
        secret = self.vault.open(card.sealed_secret, codes.CARD_FIELD, card.card_id)
        lines = enumerate(codes.card_codes(secret, card.codes_count), start=1)
        return {
            "card_id": card.card_id,
            "person_id": person.person_id,
            "name": person.name,
            "issued_at": card.issued_at,
            "codes": [{"number": number, "code": code} for number, code in lines],
        }

    def _code_owner(self, session: Session, person_id: UUID, call: Call) -> UUID:
        """One's own code, or that of an elder who lets the caller act for them."""
        known(storage.find_person(session, person_id))
        is_own = rights.signed_in(call.caller) == person_id
        if not is_own and not self._is_agent_of(session, person_id, call):
            raise Forbidden
        return person_id

    def _card_holder(
        self, session: Session, person_id: UUID, call: Call
    ) -> tuple[domain.Person, UUID]:
        """The elder, and the clerk of their street, who is somebody else."""
        issued_by = rights.signed_in(call.caller)
        person = known(storage.find_person(session, person_id))
        call.caller.require(Role.AGENCY_CLERK, person.street)
        if issued_by == person_id:
            raise Forbidden("Nobody issues a card to themselves.")
        return person, issued_by
