"""Selections on the wire: opened, counted, voted on, decided, announced."""

from collections.abc import Collection
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import InvalidRequest
from services.kernel.policy import policy_at
from services.kernel.service import command
from services.rating.contract import (
    AnnounceSelection,
    AppointJury,
    CancelSelection,
    CandidateNotInOrder,
    CastVote,
    DecideSelection,
    ExtendVoting,
    NominateCandidate,
    OpenSelection,
    SelectionAnnounced,
    SelectionDecided,
    SelectionOpened,
    ShortlistSelection,
    StartVoting,
)
from services.rating.domain import require_storable
from services.rating.domain import selections as rules
from services.rating.domain.figures import count_figures
from services.rating.domain.rights import signed_in
from services.rating.domain.selection_policy import SelectionPolicy
from services.rating.domain.selection_rights import (
    require_decider,
    require_member,
    require_nominator,
    require_officer,
)
from services.rating.domain.selection_states import SelectionAct, SelectionState, moved
from services.rating.domain.selections import Selection
from services.rating.domain.shortlist import Judged, shortlist
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.service.selections_shown import shown
from services.rating.storage import organisations, periods
from services.rating.storage import selections as stored


TOLD = ("selection_id", "kind", "area", "from_date", "until_date", "title_zh", "title_en")
OPENED = (*TOLD, "winners", "nominated_only", "policy_version", "opened_by", "opened_at")
WINNER = ("candidate_id", "organisation_id", "name", "organisation")


class Selections(RatingPart):
    @command(OpenSelection)
    def open_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        opened_by = require_officer(call.caller, request["area"])
        policy = policy_at(session, call.now)
        criteria = SelectionPolicy.from_values(policy.values)
        period = (request["from_date"], request["until_date"])
        rules.check_opening(request["area"], *period, request["winners"], criteria)
        for title in ("title_zh", "title_en"):
            require_storable(request[title])
        selection = Selection(
            selection_id=uuid4(),
            state=SelectionState.DRAFT,
            criteria=criteria,
            policy_version=policy.version,
            opened_by=opened_by,
            opened_at=call.now,
            **request,
        )
        stored.add_selection(session, selection)
        self.record(
            session, SelectionOpened, district=selection.area, **pick(vars(selection), OPENED)
        )
        return shown(session, selection, call)

    @command(AppointJury)
    def appoint_jury(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, by = self._lock_for_officer(session, request["selection_id"], call)
        member_ids = rules.check_jury(request["member_ids"], by)
        selection = stored.move(session, selection, SelectionAct.APPOINT)
        stored.replace_jury(session, selection.selection_id, member_ids, by, call.now)
        return shown(session, selection, call)

    @command(NominateCandidate)
    def nominate_candidate(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        selection = stored.lock_selection(session, request["selection_id"])
        candidate = organisations.find_candidate(session, selection, request["candidate_id"])
        leads = organisations.leads_of(session, candidate.organisation_id)
        by = require_nominator(call.caller, selection.area, leads)
        require_storable(request["reason"])
        stored.move(session, selection, SelectionAct.NOMINATE)
        stored.add_nomination(session, nominated_by=by, nominated_at=call.now, **request)
        return request | {"nominated_at": call.now}

    @command(ShortlistSelection)
    def shortlist_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, _ = self._lock_for_officer(session, request["selection_id"], call)
        moved(selection.state, SelectionAct.SHORTLIST)
        rules.require_over(selection, call.now)
        version = (selection.shortlist_version or 0) + 1
        stored.add_shortlist(session, selection.selection_id, version, counted(session, selection))
        selection = stored.move(
            session,
            selection,
            SelectionAct.SHORTLIST,
            shortlist_version=version,
            counted_at=call.now,
        )
        return shown(session, selection, call)

    @command(StartVoting)
    def start_voting(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, _ = self._lock_for_officer(session, request["selection_id"], call)
        moved(selection.state, SelectionAct.START)
        listed = stored.shortlist_of(session, selection)
        members, until = stored.jury_of(session, selection.selection_id), request["voting_until"]
        rules.require_votable(selection, listed, len(members), until, call.now)
        selection = stored.move(session, selection, SelectionAct.START, voting_until=until)
        return shown(session, selection, call)

    @command(ExtendVoting)
    def extend_voting(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, _ = self._lock_for_officer(session, request["selection_id"], call)
        moved(selection.state, SelectionAct.EXTEND)
        votes = stored.votes_of(session, selection.selection_id)
        members, until = stored.jury_of(session, selection.selection_id), request["voting_until"]
        rules.require_extendable(selection, len(votes), len(members), call.now)
        rules.require_later(until, call.now)
        selection = stored.move(session, selection, SelectionAct.EXTEND, voting_until=until)
        return shown(session, selection, call)

    @command(CastVote)
    def cast_vote(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        selection = stored.lock_selection(session, request["selection_id"])
        member = require_member(call.caller, stored.jury_of(session, selection.selection_id))
        moved(selection.state, SelectionAct.VOTE)
        candidate_ids = rules.check_vote(
            selection,
            request["candidate_ids"],
            stored.shortlist_of(session, selection),
            interests(session, member, selection),
            call.now,
        )
        stored.save_vote(session, selection.selection_id, member, candidate_ids, call.now)
        return {
            "selection_id": selection.selection_id,
            "candidate_ids": candidate_ids,
            "cast_at": call.now,
        }

    @command(DecideSelection)
    def decide_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, by, listed = self._lock_for_decider(
            session, request["selection_id"], SelectionAct.DECIDE, call
        )
        votes = stored.votes_of(session, selection.selection_id)
        members = stored.jury_of(session, selection.selection_id)
        rules.require_decidable(selection, len(votes), len(members), call.now)
        winner_ids, reason = request["winner_ids"], request["reason"]
        require_storable(reason or "")
        as_voted = rules.check_decision(selection, winner_ids, listed, votes, reason)
        require_in_order(session, selection, winner_ids)
        decision = {"follows_votes": as_voted, "decided_by": by, "decided_at": call.now}
        selection = stored.move(
            session, selection, SelectionAct.DECIDE, decision_reason=reason, **decision
        )
        stored.add_winners(session, selection, winner_ids)
        self.record(
            session,
            SelectionDecided,
            district=selection.area,
            winner_ids=sorted(set(winner_ids)),
            votes_cast=len(votes),
            **pick(vars(selection), TOLD),
            **decision,
        )
        return shown(session, selection, call)

    @command(AnnounceSelection)
    def announce_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        selection, by, listed = self._lock_for_decider(
            session, request["selection_id"], SelectionAct.ANNOUNCE, call
        )
        winner_ids = stored.winners_of(session, selection.selection_id)
        require_in_order(session, selection, winner_ids)
        selection = stored.move(
            session, selection, SelectionAct.ANNOUNCE, announced_by=by, announced_at=call.now
        )
        self.record(
            session,
            SelectionAnnounced,
            district=selection.area,
            winners=[
                pick(vars(each.candidate), WINNER)
                for each in listed
                if each.candidate_id in winner_ids
            ],
            announced_by=by,
            announced_at=call.now,
            **pick(vars(selection), TOLD),
        )
        return shown(session, selection, call)

    @command(CancelSelection)
    def cancel_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        """Once it is counted, by who could decide: nobody ends what their own did not win."""
        selection, by = self._lock_for_officer(session, request["selection_id"], call)
        if selection.shortlist_version is not None:
            selection, by, _ = self._lock_for_decider(
                session, request["selection_id"], SelectionAct.CANCEL, call
            )
        reason = request["reason"].strip()
        require_storable(reason)
        if not reason:
            raise InvalidRequest(fields={"reason": ["Say why."]})
        selection = stored.move(
            session, selection, SelectionAct.CANCEL, cancelled_by=by, cancel_reason=reason
        )
        return shown(session, selection, call)

    def _lock_for_officer(
        self, session: Session, selection_id: UUID, call: Call
    ) -> tuple[Selection, UUID]:
        """The selection, locked, and the officer of its area who acts."""
        signed_in(call.caller)
        selection = stored.lock_selection(session, selection_id)
        return selection, require_officer(call.caller, selection.area)

    def _lock_for_decider(
        self, session: Session, selection_id: UUID, act: SelectionAct, call: Call
    ) -> tuple[Selection, UUID, list[Judged]]:
        """The same with its shortlist, for an officer who neither votes nor has an interest."""
        selection, _ = self._lock_for_officer(session, selection_id, call)
        by = require_decider(call.caller, selection.area, stored.jury_of(session, selection_id))
        moved(selection.state, act)
        listed = stored.shortlist_of(session, selection)
        rules.require_disinterested(interests(session, by, selection), listed)
        return selection, by, listed


def counted(session: Session, selection: Selection) -> list[Judged]:
    """The shortlist from all the service that is known now."""
    nominated = None
    if selection.nominated_only:
        nominated = stored.nominated_for(session, selection.selection_id)
    figures = count_figures(
        selection.kind,
        organisations.attribution(session),
        periods.served_in(session, selection),
        periods.met_in(session, selection),
    )
    candidates = organisations.candidates_of(session, selection, nominated)
    return shortlist(candidates, figures, selection.criteria)


def require_in_order(session: Session, selection: Selection, winner_ids: Collection[UUID]) -> None:
    """Raises CandidateNotInOrder for whose organisation was stopped since it was counted."""
    found = organisations.candidates_of(session, selection, winner_ids)
    if not set(winner_ids) <= {each.candidate_id for each in found}:
        raise CandidateNotInOrder


def interests(session: Session, person_id: UUID, selection: Selection) -> set[UUID]:
    return rules.interests_of(person_id, organisations.terms_with(session, person_id), selection)
