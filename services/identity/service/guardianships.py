"""Guardianship on the wire."""

from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    CannotGuard,
    ConfirmGuardianship,
    EndGuardianship,
    GuardianshipConfirmed,
    GuardianshipEnd,
    GuardianshipKind,
    ListGuardianships,
    NameGuardian,
    RefuseGuardianship,
    Way,
)
from services.identity.domain import kin_rights, people, rights
from services.identity.domain.guardianship import (
    GuardianshipState,
    check_can_guard,
    kind_for,
    moved,
)
from services.identity.domain.papers import check_paper
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.standing_in import end_guardianship, guardianship_facts
from services.identity.storage import guardianships
from services.identity.storage import people as stored
from services.identity.storage.tables_acting import GuardianshipRow
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.service import command, query


class Guardianships(IdentityPart):
    @command(NameGuardian)
    def name_guardian(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        ward = stored.get_person(session, request["ward_id"])
        guardian = stored.get_person(session, request["guardian_id"])
        kind = kind_for(ward, city_date(call.now), rules_at(session, call).adult_age)
        kin_rights.require_may_name_guardian(call.caller, kind, ward, guardian)
        people.check_open(ward)
        self._check_can_guard(session, guardian, ward, kind, call)
        row = guardianships.add_named(
            session,
            uuid4(),
            ward.person_id,
            guardian.person_id,
            kind,
            call.now,
            call.caller.person_id,
        )
        return self._shown(session, row, call)

    @command(ConfirmGuardianship)
    def confirm_guardianship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, ward, guardian = guardianships.lock_with_people(session, request["guardianship_id"])
        before = guardianships.confirmed_of(session, ward.person_id)
        has_another = before is not None and before is not row
        way = kin_rights.way_to_confirm_guardian(
            call.caller, row.named_by, row.kind, ward, guardian, has_another
        )
        moved(row.state, GuardianshipState.CONFIRMED)
        people.check_open(ward)
        self._check_can_guard(session, guardian, ward, row.kind, call)
        paper = request["paper"] if way is Way.PAPER_SEEN else None
        if way is Way.PAPER_SEEN:
            check_paper(paper, row.kind)
        if before is not None:
            end_guardianship(self.record, session, before, GuardianshipEnd.REPLACED, call)
        acted_by = call.caller.person_id
        guardianships.save_confirmed(session, row, call.now, acted_by, way, paper)
        facts = guardianship_facts(session, row)
        self.record(session, GuardianshipConfirmed, **facts, confirmed_by=acted_by)
        self._tell_if_changed(session, ward)
        return self._shown(session, row, call)

    @command(RefuseGuardianship)
    def refuse_guardianship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, ward, guardian = guardianships.lock_with_people(session, request["guardianship_id"])
        kin_rights.require_may_refuse(call.caller, ward, guardian)
        acted_by = call.caller.person_id
        guardianships.save_refused(session, row, call.now, acted_by, request["reason"])
        self._tell_if_changed(session, ward)
        return self._shown(session, row, call)

    @command(EndGuardianship)
    def end_guardianship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, ward, guardian = guardianships.lock_with_people(session, request["guardianship_id"])
        rights.require_clerk_of(call.caller, ward, guardian)
        end_guardianship(self.record, session, row, request["reason"], call, request["note"])
        self._tell_if_changed(session, ward)
        return self._shown(session, row, call)

    @query(ListGuardianships)
    def list_guardianships(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        rows = guardianships.guardianships_of(session, person.person_id)
        return {"items": [self._shown(session, row, call) for row in rows]}

    def _tell_if_changed(self, session: Session, ward: people.Person) -> None:
        """The record shows another guardian than before, or none."""
        now = stored.get_person(session, ward.person_id)
        if now.guardian_id != ward.guardian_id:
            self.told_of_change(session, now)

    def _check_can_guard(
        self,
        session: Session,
        guardian: people.Person,
        ward: people.Person,
        kind: GuardianshipKind,
        call: Call,
    ) -> None:
        adult_age = rules_at(session, call).adult_age
        check_can_guard(guardian, ward, kind, city_date(call.now), adult_age)
        if guardianships.is_in_care(session, guardian.person_id):
            raise CannotGuard

    def _shown(self, session: Session, row: GuardianshipRow, call: Call) -> Facts:
        ward = stored.get_person(session, row.ward_id)
        adult_age = rules_at(session, call).adult_age
        return answers.guardianship(row, ward, city_date(call.now), adult_age)
