"""Kinship on the wire."""

from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    ClaimKinship,
    ConfirmKinship,
    EndKinship,
    ListKinships,
    ListPapers,
    RefuseKinship,
    ShowKinship,
    Way,
)
from services.identity.domain import family, kin_rights, people, rights
from services.identity.domain.family import Family, Standing
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.kinship import (
    Kinship,
    KinshipState,
    check_end,
    check_plausible,
    moved,
)
from services.identity.domain.papers import check_paper
from services.identity.papers import PAPERS
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.standing_in import end_consents_between
from services.identity.storage import kinships
from services.identity.storage import people as stored
from services.identity.storage.tables import KinshipRow
from services.identity.telling import tell_change
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.policy import policy_at
from services.kernel.service import command, query


def family_rules_at(session: Session, call: Call) -> FamilyRules:
    return FamilyRules.from_values(policy_at(session, call.now).values)


class Kinships(IdentityPart):
    @command(ClaimKinship)
    def claim_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        claim = Kinship(**request)
        person = stored.get_person(session, claim.person_id)
        relative = stored.get_person(session, claim.relative_id)
        rights.require_may_claim(call.caller, person, relative)
        check_plausible(claim, person.birth_date, relative.birth_date)
        new = Standing(uuid4(), claim.canonical())
        around = kinships.family_around(session, (person.person_id, relative.person_id))
        most_parents = family_rules_at(session, call).most_parents
        family.check_addition(around, new, most_parents)
        row = kinships.add_claim(session, new, call.now, call.caller.person_id)
        return answers.kinship(row, seen_from=claim.person_id)

    @command(ConfirmKinship)
    def confirm_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        kinships.lock_kinships(session)
        row, *pair = kinships.lock_with_people(session, request["kinship_id"])
        way, paper = self._way(session, row, (pair[0], pair[1]), call), None
        people.check_verified(*pair)
        moved(row.state, KinshipState.CONFIRMED)
        if way is Way.PAPER_SEEN:
            paper = request["paper"]
            check_paper(paper, row.relation)
        before = kinships.family_around(session, (row.person_id, row.relative_id))
        new = Standing(row.kinship_id, kinships.kinship_from(row))
        family.check_addition(before, new, family_rules_at(session, call).most_parents)
        acted_by = call.caller.person_id
        kinships.save_confirmed(session, row, call.now, acted_by, way, paper)
        change = family.change(before, before.plus(new))
        tell_change(self.record, session, change, acted_by)
        return answers.kinship(row, seen_from=row.person_id)

    def _way(
        self,
        session: Session,
        row: KinshipRow,
        pair: tuple[people.Person, people.Person],
        call: Call,
    ) -> Way:
        today, adult_age = city_date(call.now), rules_at(session, call).adult_age
        return kin_rights.way_to_confirm(call.caller, row.claimed_by, pair, today, adult_age)

    @command(RefuseKinship)
    def refuse_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row, *pair = kinships.lock_with_people(session, request["kinship_id"])
        kin_rights.require_may_refuse(call.caller, *pair)
        acted_by = call.caller.person_id
        kinships.save_closed(session, row, call.now, acted_by, request["reason"])
        return answers.kinship(row, seen_from=row.person_id)

    @command(EndKinship)
    def end_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        kinships.lock_kinships(session)
        row, *pair = kinships.lock_with_people(session, request["kinship_id"])
        rights.require_clerk_of(call.caller, *pair)
        moved(row.state, KinshipState.ENDED)
        reason, acted_by = request["reason"], call.caller.person_id
        check_end(row.relation, reason)
        before = kinships.family_around(session, (row.person_id, row.relative_id))
        after = before.minus(Standing(row.kinship_id, kinships.kinship_from(row)))
        kinships.save_closed(session, row, call.now, acted_by, request["note"], reason)
        change = family.change(before, after)
        tell_change(self.record, session, change, acted_by, reason)
        for tie in change.taken:
            pair_ids = (tie.kinship.person_id, tie.kinship.relative_id)
            if after.between(*pair_ids) is None:
                end_consents_between(self.record, session, pair_ids, call)
        return answers.kinship(row, seen_from=row.person_id)

    @query(ShowKinship)
    def show_kinship(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        relative = stored.get_person(session, request["relative_id"])
        if not rights.is_one_of(call.caller, person, relative):
            rights.require_may_see(call.caller, person)
        pair = (person.person_id, relative.person_id)
        around = kinships.family_around(session, pair)
        tie = around.between(*pair)
        if tie is None:
            raise NotFound("The two are not known as kin.")
        return answers.tie_with_path(tie, person.person_id)

    @query(ListKinships)
    def list_kinships(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        rows = kinships.kinships_of(session, person.person_id)
        items = [answers.kinship(row, seen_from=person.person_id) for row in rows]
        around = kinships.family_around(session, [person.person_id])
        return {"items": items + derived_of(around, person.person_id)}

    @query(ListPapers)
    def list_papers(self, session: Session, request: Facts, call: Call) -> Facts:
        return {"items": PAPERS}


def derived_of(around: Family, person_id: UUID) -> list[Facts]:
    ties = [tie for tie in around.ties_of(person_id) if tie.is_derived]
    return [
        answers.tie(tie, person_id)
        for tie in sorted(ties, key=lambda tie: (tie.generations, tie.kinship_id))
    ]
