"""A selection, its jury's votes, and what each step of it asks for."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.kernel.calendar import city_date
from services.kernel.caller import covers
from services.kernel.contract import CITY_AREA, Forbidden, InvalidRequest
from services.rating.contract import (
    InterestInCandidate,
    JuryTooSmall,
    NoQuorum,
    NothingToJudge,
    PeriodNotOver,
    QuorumReached,
    SelectionKind,
    VotingClosed,
    VotingOpen,
)
from services.rating.domain.attribution import Term
from services.rating.domain.selection_policy import SelectionPolicy
from services.rating.domain.selection_states import SelectionState
from services.rating.domain.shortlist import Judged


@dataclass(frozen=True)
class Selection:
    selection_id: UUID
    kind: SelectionKind
    area: str
    from_date: date
    until_date: date
    title_zh: str
    title_en: str
    winners: int
    nominated_only: bool
    state: SelectionState
    criteria: SelectionPolicy
    policy_version: int
    opened_by: UUID
    opened_at: datetime
    shortlist_version: int | None = None
    counted_at: datetime | None = None
    voting_until: datetime | None = None
    follows_votes: bool | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    announced_by: UUID | None = None
    announced_at: datetime | None = None
    cancelled_by: UUID | None = None
    cancel_reason: str | None = None

    def is_closed(self, now: datetime) -> bool:
        """Whether nobody can vote now; where the quorum is missing, perhaps again later."""
        return self.voting_until is not None and now >= self.voting_until

    @property
    def districts(self) -> str:
        """What the codes of all places in the area begin with."""
        return self.area if self.area != CITY_AREA else self.area.rstrip("0")


Votes = Mapping[UUID, Collection[UUID]]


def check_opening(
    area: str, from_date: date, until_date: date, winners: int, policy: SelectionPolicy
) -> None:
    flaws: dict[str, list[str]] = {}
    if not covers(CITY_AREA, area):
        flaws["area"] = ["This is no district of the city, nor the city."]
    if until_date < from_date:
        flaws["until_date"] = ["It ends before it begins."]
    if winners > policy.most_winners:
        flaws["winners"] = [f"At most {policy.most_winners}, says the policy in force."]
    if flaws:
        raise InvalidRequest(fields=flaws)


def check_jury(member_ids: Collection[UUID], appointed_by: UUID) -> list[UUID]:
    """Each once, and not the officer: who will decide does not vote."""
    if appointed_by in member_ids:
        raise Forbidden("Who appoints the jury, and may decide, is not of it.")
    return sorted(set(member_ids))


def require_over(selection: Selection, now: datetime) -> None:
    if city_date(now) <= selection.until_date:
        raise PeriodNotOver(fields={"until_date": selection.until_date.isoformat()})


def require_votable(
    selection: Selection, listed: Iterable[Judged], members: int, until: datetime, now: datetime
) -> None:
    """There are candidates to judge, members enough, and time to vote in."""
    if not any(each.rank is not None for each in listed):
        raise NothingToJudge
    if members < selection.criteria.least_jury:
        raise JuryTooSmall(fields={"least": [str(selection.criteria.least_jury)]})
    require_later(until, now)


def require_later(until: datetime, now: datetime) -> None:
    if until <= now:
        raise InvalidRequest(fields={"voting_until": ["It must be later than now."]})


def interests_of(person_id: UUID, terms: Iterable[Term], selection: Selection) -> set[UUID]:
    """The organisations that somebody belongs to, or did at any time since the period began."""
    return {
        term.organisation_id
        for term in terms
        if term.person_id == person_id
        and (term.until is None or city_date(term.until) >= selection.from_date)
    }


def check_vote(
    selection: Selection,
    candidate_ids: Collection[UUID],
    listed: Iterable[Judged],
    interests: Collection[UUID],
    now: datetime,
) -> list[UUID]:
    """The vote as it is kept; raises what refuses it."""
    if selection.is_closed(now):
        raise VotingClosed
    chosen = judged_among(candidate_ids, listed, "candidate_ids")
    if len(chosen) > selection.winners:
        said = f"At most {selection.winners}: as many as may win."
        raise InvalidRequest(fields={"candidate_ids": [said]})
    if any(each.candidate.organisation_id in interests for each in chosen):
        raise InterestInCandidate
    return sorted(each.candidate_id for each in chosen)


def judged_among(
    candidate_ids: Collection[UUID], listed: Iterable[Judged], field: str
) -> list[Judged]:
    """The candidates of these ids, each once; raises InvalidRequest for one that has no rank."""
    ranked = {each.candidate_id: each for each in listed if each.rank is not None}
    if not set(candidate_ids) <= set(ranked):
        raise InvalidRequest(fields={field: ["Not among those that are judged."]})
    return [ranked[each] for each in sorted(set(candidate_ids))]


def tally(votes: Votes) -> Counter[UUID]:
    """How many voted for each candidate."""
    return Counter(candidate_id for chosen in votes.values() for candidate_id in set(chosen))


def may_show_votes(selection: Selection, votes: int, members: int, now: datetime) -> bool:
    """Whether nobody can vote any more: closed, and not to be extended for want of a quorum."""
    return selection.is_closed(now) and votes >= selection.criteria.quorum(members)


def require_extendable(selection: Selection, votes: int, members: int, now: datetime) -> None:
    """Only a voting that closed with too few votes goes on."""
    if not selection.is_closed(now):
        raise VotingOpen
    if votes >= selection.criteria.quorum(members):
        raise QuorumReached


def require_decidable(selection: Selection, votes: int, members: int, now: datetime) -> None:
    if not selection.is_closed(now):
        raise VotingOpen
    quorum = selection.criteria.quorum(members)
    if votes < quorum:
        raise NoQuorum(fields={"votes": votes, "quorum": quorum, "members": members})


def follows(winner_ids: Collection[UUID], votes: Votes, winners: int) -> bool:
    """Whether these are who the votes chose: as many as may win, and nobody else has more votes.

    Of candidates with equal votes at the edge any may be taken.
    """
    counted = tally(votes)
    chosen = set(winner_ids)
    if len(chosen) != min(winners, len(counted)) or not chosen <= set(counted):
        return False
    others = [number for candidate_id, number in counted.items() if candidate_id not in chosen]
    return min((counted[each] for each in chosen), default=0) >= max(others, default=0)


def check_decision(
    selection: Selection,
    winner_ids: Collection[UUID],
    listed: Iterable[Judged],
    votes: Votes,
    reason: str | None,
) -> bool:
    """Whether it follows the votes; where it does not, the reason is asked for."""
    chosen = judged_among(winner_ids, listed, "winner_ids")
    if len(chosen) > selection.winners:
        raise InvalidRequest(fields={"winner_ids": [f"At most {selection.winners} may win."]})
    as_voted = follows(winner_ids, votes, selection.winners)
    if not as_voted and not (reason or "").strip():
        raise InvalidRequest(fields={"reason": ["It departs from the votes: say why."]})
    return as_voted


def require_disinterested(interests: Collection[UUID], listed: Iterable[Judged]) -> None:
    """Who decides or announces belongs to no candidate, however few it has."""
    if any(each.candidate.organisation_id in interests for each in listed):
        raise InterestInCandidate
