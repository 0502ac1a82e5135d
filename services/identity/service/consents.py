"""Consent to act for somebody, on the wire."""

from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity import answers
from services.identity.contract import (
    ConsentEnd,
    ConsentEnded,
    ConsentGiven,
    GiveConsent,
    ListConsents,
    RevokeConsent,
)
from services.identity.domain import kin_rights, rights
from services.identity.domain.consent import LAPSED, check_agent, check_until, shown_state
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.people import Person
from services.identity.service.base import Facts, IdentityPart, rules_at
from services.identity.standing_in import end_consent
from services.identity.storage import consents, kinships
from services.identity.storage import people as stored
from services.kernel.calendar import city_date
from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import command, query


class Consents(IdentityPart):
    @command(GiveConsent)
    def give_consent(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        consents.keep_kinships(session)
        pair = (request["elder_id"], request["agent_id"])
        locked = {one: stored.lock_person(session, one) for one in sorted(set(pair))}
        elder, agent = (locked[one] for one in pair)
        given_by = kin_rights.require_may_consent(call.caller, elder, agent)
        reference = kin_rights.signed_paper(
            request["paper_reference"], by_elder=given_by == pair[0]
        )
        self._check(session, request, elder, agent, call)
        for row in consents.given_between(session, pair):
            if (row.elder_id, row.agent_id) == pair:
                end_consent(self.record, session, row, ConsentEnd.REPLACED, call)
        scopes = sorted(set(request["scopes"]))
        facts: Facts = {
            "consent_id": uuid4(),
            "elder_id": elder.person_id,
            "agent_id": agent.person_id,
            "until": request["until"],
            "given_by": given_by,
        }
        row = consents.add_consent(
            session,
            **facts,
            scopes=[scope.value for scope in scopes],
            given_at=call.now,
            paper_reference=reference,
        )
        self.record(session, ConsentGiven, district=elder.district, **facts, scopes=scopes)
        return answers.consent(row, call.now)

    def _check(
        self, session: Session, request: Facts, elder: Person, agent: Person, call: Call
    ) -> None:
        most_days = FamilyRules.from_values(policy_at(session, call.now).values).consent_most_days
        check_until(request["until"], call.now, most_days)
        pair = (elder.person_id, agent.person_id)
        tie = kinships.family_around(session, pair).between(*pair)
        check_agent(elder, agent, tie, city_date(call.now), rules_at(session, call).adult_age)

    @command(RevokeConsent)
    def revoke_consent(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        row = consents.lock_consent(session, request["consent_id"])
        elder = stored.get_person(session, row.elder_id)
        reason = kin_rights.way_to_revoke(call.caller, elder, row.agent_id)
        if shown_state(row.state, row.until, call.now) == LAPSED:
            raise ConsentEnded
        end_consent(self.record, session, row, reason, call)
        return answers.consent(row, call.now)

    @query(ListConsents)
    def list_consents(self, session: Session, request: Facts, call: Call) -> Facts:
        rights.require_signed_in(call.caller)
        person = self.person(session, request["person_id"], call)
        rights.require_may_see(call.caller, person)
        rows = consents.consents_of(session, person.person_id)
        return {"items": [answers.consent(row, call.now) for row in rows]}
