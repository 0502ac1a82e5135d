"""What is shown of selections: to officers and the jury, and to everybody."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.paging import encode_cursor, moment, read_cursor
from services.kernel.service import query
from services.rating.contract import (
    AnnouncementLine,
    CriteriaAnswer,
    ListAnnouncements,
    ListSelections,
    SelectionLine,
    ShowAnnouncement,
    ShowSelection,
)
from services.rating.domain.figures import Figures
from services.rating.domain.rights import signed_in
from services.rating.domain.selection_policy import SelectionPolicy
from services.rating.domain.selection_rights import may_see_selection, require_lister
from services.rating.domain.selection_states import SelectionState
from services.rating.domain.selections import Selection, may_show_votes, tally
from services.rating.domain.shortlist import Judged, best_of
from services.rating.selection_words import (
    announced_in_words,
    hundredths,
    in_words,
    points_in_words,
    short,
)
from services.rating.service.base import Facts, RatingPart, pick
from services.rating.storage import selections as stored


LINE = tuple(SelectionLine().fields)
ANNOUNCED = tuple(name for name in AnnouncementLine().fields if name not in ("zh", "en"))
CRITERIA = tuple(CriteriaAnswer().fields)
DECISION = ("follows_votes", "decided_by", "decided_at", "decision_reason", "announced_at")
CANDIDATE = ("candidate_id", "organisation_id", "name", "organisation")


class SelectionsShown(RatingPart):
    @query(ShowSelection)
    def show_selection(self, session: Session, request: Facts, call: Call) -> Facts:
        signed_in(call.caller)
        selection = stored.find_selection(session, request["selection_id"])
        jury = stored.jury_of(session, selection.selection_id)
        may_see_selection(call.caller, selection.area, jury)
        return shown(session, selection, call)

    @query(ListSelections)
    def list_selections(self, session: Session, request: Facts, call: Call) -> Facts:
        require_lister(call.caller, request["area"])
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = stored.selections_in(session, request["area"], limit + 1, before)
        page, more = found[:limit], len(found) > limit
        return {
            "items": [pick(vars(each), LINE) for each in page],
            "next_cursor": cursor_after(page[-1], page[-1].opened_at) if more else None,
        }

    @query(ShowAnnouncement)
    def show_announcement(self, session: Session, request: Facts, call: Call) -> Facts:
        """For everybody: of what is not announced not even that there is any."""
        selection = stored.find_selection(session, request["selection_id"])
        if selection.state is not SelectionState.ANNOUNCED:
            raise NotFound("There is no such selection.")
        listed = stored.shortlist_of(session, selection)
        winner_ids = stored.winners_of(session, selection.selection_id)
        fit = [each for each in listed if each.rank is not None]
        best = best_of(each.figures for each in fit)
        return announced(selection) | {
            "criteria": criteria_of(selection.criteria),
            "policy_version": selection.policy_version,
            "winners": [
                shown_candidate(each, best, selection.criteria)
                for each in fit
                if each.candidate_id in winner_ids
            ],
            "candidates": len(listed),
            "too_few_to_judge": len(listed) - len(fit),
            "jury": len(stored.jury_of(session, selection.selection_id)),
            "votes_cast": len(stored.votes_of(session, selection.selection_id)),
        }

    @query(ListAnnouncements)
    def list_announcements(self, session: Session, request: Facts, call: Call) -> Facts:
        limit, before = request["limit"], read_cursor(request["cursor"], moment)
        found = stored.selections_in(
            session, request["area"], limit + 1, before, only_announced=True
        )
        page, more = found[:limit], len(found) > limit
        return {
            "items": [announced(each) for each in page],
            "next_cursor": cursor_after(page[-1], page[-1].announced_at) if more else None,
        }


def cursor_after(selection: Selection, at: datetime | None) -> str:
    return encode_cursor(at, selection.selection_id)


def announced(selection: Selection) -> Facts:
    return pick(vars(selection), ANNOUNCED) | announced_in_words(selection)


def shown(session: Session, selection: Selection, call: Call) -> Facts:
    """The whole selection; what each candidate got is kept secret while members may vote."""
    selection_id = selection.selection_id
    votes = stored.votes_of(session, selection_id)
    jury = stored.jury_of(session, selection_id)
    own = votes.get(call.caller.person_id) if call.caller.person_id else None
    return pick(vars(selection), (*LINE, *DECISION, "shortlist_version", "counted_at")) | {
        "criteria": criteria_of(selection.criteria),
        "jury": jury,
        "nominated": stored.nominated_for(session, selection_id),
        "candidates": shown_candidates(
            session,
            selection,
            tally(votes) if may_show_votes(selection, len(votes), len(jury), call.now) else None,
        ),
        "voting_until": selection.voting_until,
        "quorum": selection.criteria.quorum(len(jury)),
        "votes_cast": len(votes),
        "own_vote": own,
        "cancel_reason": selection.cancel_reason,
    }


def shown_candidates(
    session: Session, selection: Selection, votes: Mapping[UUID, int] | None
) -> list[Facts]:
    """With the votes for each, unless they are secret still."""
    listed = stored.shortlist_of(session, selection)
    winner_ids = stored.winners_of(session, selection.selection_id)
    best = best_of(each.figures for each in listed if each.rank is not None)
    return [
        shown_candidate(each, best, selection.criteria)
        | {
            "votes": votes.get(each.candidate_id, 0) if votes is not None else None,
            "is_winner": each.candidate_id in winner_ids,
        }
        for each in listed
    ]


def shown_candidate(judged: Judged, best: Figures, policy: SelectionPolicy) -> Facts:
    is_judged = judged.rank is not None
    return pick(vars(judged.candidate), CANDIDATE) | {
        "rank": judged.rank,
        "total": hundredths(judged.total) if is_judged else None,
        "figures": judged.figures.shown(policy, with_satisfaction=is_judged),
        "points": points_in_words(judged, best, policy),
        "lacking": list(judged.lacking),
        **in_words(judged, policy),
    }


def criteria_of(policy: SelectionPolicy) -> Facts:
    weights = {name: short(weight) for name, weight in policy.weights.items()}
    return pick(asdict(policy), CRITERIA) | {"weights": weights}
