"""Special groups on the wire."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from services.identity import memberships
from services.identity.contract import (
    ApplyForSpecialGroup,
    ApproveSpecialGroup,
    EndSpecialGroup,
    GroupEnding,
    ListMemberships,
    ListRechecks,
    ListSpecialGroups,
    MembershipState,
    RecheckSpecialGroup,
    RefuseSpecialGroup,
    Role,
    SpecialGroupStands,
    SweepSpecialGroups,
)
from services.identity.domain import memberships as rules_of
from services.identity.domain import officers, people, rights
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.memberships import WAITING, Term
from services.identity.domain.people import Person
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import memberships as stored
from services.identity.storage.people import lock_person
from services.identity.storage.tables_groups import MembershipRow
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.policy import policy_at
from services.kernel.service import command, every, query


SWEEP_SECONDS = 300
SHOWN = (
    "membership_id",
    "person_id",
    "group",
    "state",
    "starts_on",
    "ends_on",
    "recheck_due_on",
    "entered_at",
    "entered_by",
    "approved_by",
    "ended_on",
    "ending",
    "reason",
)


def group_rules_at(session: Session, call: Call) -> GroupRules:
    return GroupRules.from_values(policy_at(session, call.now).values)


class Groups(IdentityPart):
    @command(ApplyForSpecialGroup)
    def apply_for_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call, lock=True)
        is_agent = stored.is_agent(session, person.person_id, call.caller.person_id, call.now)
        state = rules_of.state_at_entry(call.caller, person, is_agent)
        people.check_verified(person)
        today, group = city_date(call.now), request["group"]
        term = Term(request["starts_on"], request["ends_on"])
        rules_of.check_term(term, today)
        rules_of.check_age(group, person, term, today, group_rules_at(session, call))
        row = stored.add_membership(
            session,
            self.vault,
            person.person_id,
            group,
            request["evidence"],
            term,
            state,
            call.now,
            call.caller.person_id,
        )
        if row is None:
            raise SpecialGroupStands
        return shown(row, person.district)

    @command(ApproveSpecialGroup)
    def approve_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        row, person = self._of_the_district(session, request, call)
        rules = group_rules_at(session, call)
        memberships.approve(self.record, session, row, person, call, rules)
        return shown(row, person.district)

    @command(RefuseSpecialGroup)
    def refuse_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        row, person = self._of_the_district(session, request, call)
        acted_by, reason = call.caller.person_id, request["reason"]
        stored.move(session, row, MembershipState.REFUSED, ended_by=acted_by, reason=reason)
        return shown(row, person.district)

    @command(EndSpecialGroup)
    def end_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        row, person = self._of_the_district(session, request, call)
        self._end(session, row, GroupEnding.OFFICER, call, request["reason"])
        return shown(row, person.district)

    @command(RecheckSpecialGroup)
    def recheck_special_group(self, session: Session, request: Facts, call: Call) -> Facts:
        row, person = self._of_the_district(session, request, call)
        rules_of.moved(row.state, MembershipState.ENDED)
        row.rechecked_at, row.rechecked_by = call.now, call.caller.person_id
        if request["evidence"]:
            row.sealed_evidence = self.vault.seal(request["evidence"], "evidence", row.person_id)
        if request["still_entitled"]:
            rules = group_rules_at(session, call)
            row.recheck_due_on = rules_of.recheck_due(city_date(call.now), rules)
            session.flush()
        else:
            self._end(session, row, GroupEnding.RECHECK_FAILED, call, request["reason"])
        return shown(row, person.district)

    @query(ListSpecialGroups)
    def list_special_groups(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        rows = stored.memberships_of(session, person.person_id)
        return {"items": [self._shown_whole(row, person.district) for row in rows]}

    @query(ListMemberships)
    def list_memberships(self, session: Session, request: Facts, call: Call) -> Facts:
        officers.require_officer_of(call.caller, request["district"])
        states = [request["state"]] if request["state"] else WAITING
        limit, after = request["limit"], read_cursor(request["cursor"], moment)
        found = stored.page_by_state(session, request["district"], states, after, limit + 1)
        return self._page(found, limit, "entered_at")

    @query(ListRechecks)
    def list_rechecks(self, session: Session, request: Facts, call: Call) -> Facts:
        officers.require_officer_of(call.caller, request["district"])
        notice = timedelta(days=group_rules_at(session, call).recheck_notice_days)
        due_by = request["due_by"] or city_date(call.now) + notice
        limit, after = request["limit"], read_cursor(request["cursor"], date.fromisoformat)
        found = stored.page_of_rechecks(session, request["district"], due_by, after, limit + 1)
        return self._page(found, limit, "recheck_due_on")

    @command(SweepSpecialGroups)
    def sweep_special_groups(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        if not call.caller.holds(Role.OPERATOR, CITY_AREA):
            call.caller.require(Role.CITY_OFFICER, CITY_AREA)
        return memberships.sweep(self.record, session, call, group_rules_at(session, call))

    @every(seconds=SWEEP_SECONDS)
    def sweep_memberships(self, session: Session, call: Call) -> None:
        memberships.sweep(self.record, session, call, group_rules_at(session, call))

    def _of_the_district(
        self, session: Session, request: Facts, call: Call
    ) -> tuple[MembershipRow, Person]:
        """The membership and its person, both locked, for an officer who is not the person."""
        rights.require_signed_in(call.caller)
        seen = stored.find_membership(session, request["membership_id"])
        person = lock_person(session, seen.person_id)
        rights.require_district_officer_of(call.caller, person)
        return stored.lock_membership(session, seen.membership_id), person

    def _end(
        self,
        session: Session,
        row: MembershipRow,
        ending: GroupEnding,
        call: Call,
        reason: str | None,
    ) -> None:
        today, ended_by = city_date(call.now), call.caller.person_id
        memberships.end(self.record, session, row, ending, today, ended_by, reason)

    def _page(self, found: list[tuple[MembershipRow, str, str]], limit: int, by: str) -> Facts:
        page = found[:limit]
        last = page[-1][0] if len(found) > limit else None
        return {
            "items": [
                self._shown_whole(row, street[: people.DISTRICT_DIGITS]) | {"name": name}
                for row, name, street in page
            ],
            "next_cursor": last and encode_cursor(getattr(last, by), last.membership_id),
        }

    def _shown_whole(self, row: MembershipRow, district: str) -> Facts:
        evidence = self.vault.open(row.sealed_evidence, "evidence", row.person_id)
        return shown(row, district) | {"evidence": evidence}


def shown(row: MembershipRow, district: str) -> Facts:
    """Without the evidence: the answers to commands are kept for repeats."""
    return {name: getattr(row, name) for name in SHOWN} | {"district": district}
