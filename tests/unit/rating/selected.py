"""A selection in memory, and who may be in it."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.identity.contract import StaffState
from services.rating.contract import SelectionKind
from services.rating.domain.attribution import (
    StaffStep,
)
from services.rating.domain.selection_policy import SelectionPolicy
from services.rating.domain.selection_states import SelectionState
from services.rating.domain.selections import (
    Selection,
)
from services.rating.domain.shortlist import Candidate


START = datetime(2026, 1, 5, 2, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = SelectionPolicy(
    weights={"hours": 30, "visits": 10, "elders": 25, "volunteers": 10, "satisfaction": 25},
    least_visits=3,
    least_elders=2,
    least_volunteers=2,
    least_ratings=2,
    prior_stars=4,
    prior_ratings=5,
    least_shown=2,
    quorum_percent=60,
    least_jury=3,
    most_winners=10,
)
SELECTION = Selection(
    selection_id=UUID(int=1),
    kind=SelectionKind.ORGANISATION,
    area="110105",
    from_date=date(2026, 1, 1),
    until_date=date(2026, 6, 30),
    title_zh="优秀组织",
    title_en="Excellent organisations",
    winners=2,
    nominated_only=False,
    state=SelectionState.VOTING,
    criteria=POLICY,
    policy_version=1,
    opened_by=UUID(int=2),
    opened_at=START,
    voting_until=START + DAY,
)
KINDS = ("culture", "law")


def organisation(number: int) -> UUID:
    return UUID(int=1000 + number)


def person(number: int) -> UUID:
    return UUID(int=2000 + number)


def step(staff: int, at: int, state: StaffState, of: int = 0, who: int = 0) -> StaffStep:
    return StaffStep(
        UUID(int=staff), at, organisation(of), person(who), False, state, START + at * HOUR
    )


def candidate(number: int, name: str = "") -> Candidate:
    return Candidate(
        organisation(number), organisation(number), name or f"organisation {number}", "it"
    )
