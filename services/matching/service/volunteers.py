"""Volunteers' profiles on the wire."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.service import command, query
from services.matching import rights, shown, storage
from services.matching.catalogue import LANGUAGE_CODES, SKILL_CODES
from services.matching.contract import (
    AlreadyCertified,
    CertifySkill,
    NoProfile,
    SetProfile,
    ShowProfile,
    WithdrawCertificate,
)
from services.matching.domain import volunteers
from services.matching.domain.bookings import check_volunteer
from services.matching.service.base import Facts, MatchingPart, found, known, verified
from services.matching.storage import profiles


class Volunteers(MatchingPart):
    @command(SetProfile)
    def set_profile(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        person = verified(storage.find_person(session, request["person_id"]))
        rights.may_set_profile(call.caller, person.person_id, person.street)
        check_volunteer(person)
        volunteers.check_codes("skills", request["skills"], SKILL_CODES)
        volunteers.check_codes("languages", request["languages"], LANGUAGE_CODES)
        free_times = volunteers.read_free_times(request["free_times"])
        base = request["base"]
        latitude, longitude = (
            (base["latitude"], base["longitude"])
            if base
            else profiles.home_of(session, person.person_id)
        )
        profiles.save_profile(
            session,
            person_id=person.person_id,
            skills=sorted(set(request["skills"])),
            languages=sorted(set(request["languages"])),
            free_times=[[each.weekday, each.begins, each.ends] for each in free_times],
            days_off=sorted(set(request["days_off"])),
            most_minutes_a_day=request["most_minutes_a_day"],
            radius_metres=request["radius_metres"],
            dispatchable=request["dispatchable"],
            at_home=base is None,
            latitude=latitude,
            longitude=longitude,
            changed_at=call.now,
        )
        return self._profile_answer(session, person.person_id, call, shows_base=True)

    @query(ShowProfile)
    def show_profile(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        person = known(storage.find_person(session, request["person_id"]))
        rights.may_see(call.caller, person.street, person.person_id)
        is_own = call.caller.person_id == person.person_id
        answer = self._profile_answer(session, person.person_id, call, shows_base=is_own)
        if not answer["has_profile"] and not answer["certificates"]:
            raise NoProfile
        return answer

    @command(CertifySkill)
    def certify_skill(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        person = verified(storage.find_person(session, request["person_id"]))
        certified_by = rights.may_decide(call.caller, person.street, person.person_id)
        volunteers.check_codes("skill", [request["skill"]], SKILL_CODES)
        volunteers.check_last_day(request["valid_until"], call.now)
        added = profiles.add_certificate(
            session,
            certificate_id=uuid4(),
            person_id=person.person_id,
            skill=request["skill"],
            evidence=request["evidence"],
            certified_by=certified_by,
            certified_at=call.now,
            valid_until=request["valid_until"],
        )
        if not added:
            raise AlreadyCertified
        return self._profile_answer(session, person.person_id, call, shows_base=False)

    @command(WithdrawCertificate)
    def withdraw_certificate(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.signed_in(call.caller)
        person = known(storage.find_person(session, request["person_id"]))
        withdrawn_by = rights.may_decide(call.caller, person.street, person.person_id)
        skill = request["skill"]
        row = found(
            profiles.standing_certificate(session, person.person_id, skill), "No such certificate."
        )
        row.withdrawn_by, row.withdrawn_at = withdrawn_by, call.now
        row.withdraw_reason = request["reason"]
        session.flush()
        return self._profile_answer(session, person.person_id, call, shows_base=False)

    def _profile_answer(
        self, session: Session, person_id: UUID, call: Call, shows_base: bool
    ) -> Facts:
        day = city_date(call.now)
        certificates = profiles.certificates_of(session, [person_id], day).get(person_id, [])
        row = profiles.find_profile(session, person_id)
        return shown.profile(person_id, row, certificates, shows_base)
