"""The policy on the wire: the first version, drafts of the next, and what each version says."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.identity.contract import (
    AdoptPolicy,
    ApproveDraft,
    DraftPolicy,
    DraftState,
    ListDrafts,
    ListPolicyRules,
    ListPolicyVersions,
    PolicyAdopted,
    PolicyProposed,
    ReturnDraft,
    ReviseDraft,
    Role,
    ShowDraft,
    ShowPolicy,
    ShowPolicyVersion,
    SubmitDraft,
    WithdrawDraft,
)
from services.identity.domain import policy_drafts, policy_rules, rights, rules
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.group_rules import GroupRules
from services.identity.policy_rules import policy_rules as described
from services.identity.service.base import Facts, IdentityPart
from services.identity.storage import policies
from services.identity.storage import policy_drafts as kept
from services.identity.storage.tables_policies import PolicyDraftRow
from services.kernel.caller import Call
from services.kernel.contract import CITY_AREA, NotFound
from services.kernel.policy import policy_at
from services.kernel.service import command, query


class Policies(IdentityPart):
    @command(AdoptPolicy)
    def adopt_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        city_officer(call)
        newest, newest_values = policies.lock_newest(session)
        rules.check_policy(request["version"], request["values"], newest, newest_values)
        rules.check_is_first(newest)
        document = request.pop("document")
        if document is not None:
            policy_rules.check_document(described(), document)
            rules.check_same_values(policy_rules.values_of(document), request["values"])
        return self._adopt(session, call, document, **request)

    @query(ShowPolicy)
    def show_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        return vars(policy_at(session, call.now))

    @command(DraftPolicy)
    def draft_policy(self, session: Session, request: Facts, call: Call) -> Facts:
        author_id = city_officer(call)
        policy_rules.check_document(described(), request["document"])
        newest, _ = policies.lock_newest(session)
        row = PolicyDraftRow(
            draft_id=uuid4(),
            state=DraftState.DRAFT,
            author_id=author_id,
            drafted_at=call.now,
            base_version=newest,
            **request,
        )
        kept.add_draft(session, row)
        return shown(session, row)

    @command(ReviseDraft)
    def revise_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        row, acted_by = self._of_author(session, request, call)
        state = policy_drafts.revised(row.state)
        policy_rules.check_document(described(), request["document"])
        row.base_version, _ = policies.lock_newest(session)
        row.document, row.reason = request["document"], request["reason"]
        row.effective_from = request["effective_from"]
        kept.save_state(session, row, state, call.now, acted_by)
        return shown(session, row)

    @command(SubmitDraft)
    def submit_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        row, acted_by = self._of_author(session, request, call)
        state = policy_drafts.moved(row.state, DraftState.SUBMITTED)
        self._check_may_follow(session, row, call)
        kept.save_state(session, row, state, call.now, acted_by)
        self.record(
            session,
            PolicyProposed,
            district=CITY_AREA,
            draft_id=row.draft_id,
            base_version=row.base_version,
            effective_from=row.effective_from,
            values=policy_rules.values_of(row.document),
            proposed_by=acted_by,
        )
        return shown(session, row)

    @command(ApproveDraft)
    def approve_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        row, acted_by = self._of_another(session, request, call)
        state = policy_drafts.moved(row.state, DraftState.APPROVED)
        version = self._check_may_follow(session, row, call)
        row.version, row.approved_by = version, acted_by
        kept.save_state(session, row, state, call.now, acted_by)
        values = policy_rules.values_of(row.document)
        self._adopt(session, call, row.document, version, row.effective_from, values)
        return shown(session, row)

    @command(ReturnDraft)
    def return_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        row, acted_by = self._of_another(session, request, call)
        state = policy_drafts.moved(row.state, DraftState.RETURNED)
        kept.save_state(session, row, state, call.now, acted_by, request["reason"])
        return shown(session, row)

    @command(WithdrawDraft)
    def withdraw_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        row, acted_by = self._of_author(session, request, call)
        state = policy_drafts.moved(row.state, DraftState.WITHDRAWN)
        kept.save_state(session, row, state, call.now, acted_by)
        return shown(session, row)

    @query(ShowDraft)
    def show_draft(self, session: Session, request: Facts, call: Call) -> Facts:
        city_officer(call)
        return shown(session, kept.get_draft(session, request["draft_id"]))

    @query(ListDrafts)
    def list_drafts(self, session: Session, request: Facts, call: Call) -> Facts:
        city_officer(call)
        return {"items": [outline(row) for row in kept.newest_drafts(session)]}

    @query(ShowPolicyVersion)
    def show_policy_version(self, session: Session, request: Facts, call: Call) -> Facts:
        for version in policies.versions(session, request["version"]):
            document = version.adoption.document if version.adoption else None
            return shown_version(version, call) | {"document": document}
        raise NotFound("No such version.")

    @query(ListPolicyVersions)
    def list_policy_versions(self, session: Session, request: Facts, call: Call) -> Facts:
        found = policies.versions(session)
        return {"items": [shown_version(version, call) for version in found]}

    @query(ListPolicyRules)
    def list_policy_rules(self, session: Session, request: Facts, call: Call) -> Facts:
        return {"items": [vars(rule) | {"choices": list(rule.choices)} for rule in described()]}

    def _adopt(
        self,
        session: Session,
        call: Call,
        document: Facts | None,
        version: int,
        effective_from: Any,
        values: Facts,
    ) -> Facts:
        """Keep a version and tell everybody; the newest is locked."""
        policy_rules.check_values(described(), values)
        GroupRules.from_values(values)
        FamilyRules.from_values(values)
        facts = {"version": version, "effective_from": effective_from, "values": values}
        adopted_by = call.caller.person_id
        policies.save_adoption(
            session, **facts, now=call.now, adopted_by=adopted_by, document=document
        )
        self.record(session, PolicyAdopted, district=CITY_AREA, **facts)
        return facts

    def _of_author(
        self, session: Session, request: Facts, call: Call
    ) -> tuple[PolicyDraftRow, UUID]:
        acted_by = city_officer(call)
        row = kept.get_draft(session, request["draft_id"], lock=True)
        policy_drafts.check_author(row.author_id, acted_by)
        return row, acted_by

    def _of_another(
        self, session: Session, request: Facts, call: Call
    ) -> tuple[PolicyDraftRow, UUID]:
        acted_by = city_officer(call)
        row = kept.get_draft(session, request["draft_id"], lock=True)
        policy_drafts.check_second_officer(row.author_id, acted_by)
        return row, acted_by

    def _check_may_follow(self, session: Session, row: PolicyDraftRow, call: Call) -> int:
        """The number of the version that a draft would be; the newest is locked from here on."""
        newest, _ = policies.lock_newest(session)
        policy_drafts.check_base(row.base_version, newest)
        policy_drafts.check_effective(row.effective_from, call.now)
        return newest + 1


def shown_version(version: policies.Version, call: Call) -> Facts:
    adoption = version.adoption
    return {
        "version": version.version,
        "standing": policy_drafts.standing(version.effective_from, version.newer_from, call.now),
        "effective_from": version.effective_from,
        "adopted_at": adoption.adopted_at if adoption else None,
        "adopted_by": adoption.adopted_by if adoption else None,
        "draft_id": version.draft_id,
    }


def city_officer(call: Call) -> UUID:
    """Who acts, a city officer; raises Unauthenticated or Forbidden."""
    rights.require_role(call.caller, Role.CITY_OFFICER, CITY_AREA)
    return rights.acting(call.caller)


def outline(row: PolicyDraftRow) -> Facts:
    names = ("draft_id", "state", "author_id", "base_version", "effective_from", "reason")
    return {name: getattr(row, name) for name in (*names, "version")}


def shown(session: Session, row: PolicyDraftRow) -> Facts:
    """A draft with its document, what that changes in words, and what became of it."""
    before = policies.values_of_version(session, row.base_version)
    words = {rule.key: {"zh": rule.zh, "en": rule.en} for rule in described()}
    changes = policy_rules.differences(before, policy_rules.values_of(row.document))
    steps = kept.steps_of(session, row.draft_id)
    nameless = {"zh": "", "en": ""}
    return outline(row) | {
        "document": row.document,
        "differences": [vars(each) | words.get(each.rule, nameless) for each in changes],
        "history": [
            {"state": step.state, "at": step.at, "by": step.by, "reason": step.reason}
            for step in steps
        ],
    }
