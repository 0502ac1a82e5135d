"""What candidates did in a period, counted from the visits: the same whatever their order."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from services.rating.contract import SelectionKind, shrunken_mean
from services.rating.domain.attribution import Attribution, Credit
from services.rating.domain.reputation import HUNDREDTHS, in_hundredths
from services.rating.domain.selection_policy import SelectionPolicy


@dataclass(frozen=True)
class ServedInPeriod:
    """A visit as service: its proven minutes, and whether a dispute took some of them back."""

    visit_id: UUID
    volunteer_id: UUID
    category: str
    ended_at: datetime
    minutes: int
    is_upheld: bool = False


@dataclass(frozen=True)
class MetInPeriod:
    """A visit as an elder met it, and how they rated it, if they did."""

    visit_id: UUID
    volunteer_id: UUID
    category: str
    ended_at: datetime
    elder_id: UUID
    stars: int | None


@dataclass(frozen=True)
class Figures:
    """What a candidate did; the ratings are those of its visits that are in the period.

    Each of the ``raters`` has one voice, the mean of their ratings in hundredths, however often
    they rate: ``voices`` are the sum of these. ``upheld`` are the visits of which a dispute took
    minutes back: shown to who votes, and of no weight, for the minutes that were taken back count
    for nothing already.
    """

    minutes: int = 0
    visits: int = 0
    elders: int = 0
    volunteers: int = 0
    ratings: int = 0
    raters: int = 0
    voices: int = 0
    upheld: int = 0

    def shrunken(self, policy: SelectionPolicy) -> int:
        """The satisfaction, drawn towards what is usual while ratings are few, in hundredths.

        >>> rules = SelectionPolicy({}, 1, 1, 1, 1, 4, 5, 5, 60, 3, 10)
        >>> Figures(ratings=1, raters=1, voices=500).shrunken(rules)
        417
        """
        usual = policy.prior_stars * HUNDREDTHS
        return round(shrunken_mean(self.raters, self.voices, usual, policy.prior_ratings))

    def to_json(self) -> dict[str, int]:
        return asdict(self)

    def shown(self, policy: SelectionPolicy, with_satisfaction: bool) -> dict[str, Any]:
        """The figures as anybody may see them: no count so small that it points at somebody.

        Who met how few is not to be told from the minutes either.
        """
        names = ("visits", "elders", "volunteers", "ratings", "raters", "upheld")
        counts = {name: getattr(self, name) for name in names}
        told = {
            name: count if not count or count >= policy.least_shown else None
            for name, count in counts.items()
        }
        is_hidden = None in (told["visits"], told["elders"], told["volunteers"])
        satisfaction = in_hundredths(self.shrunken(policy) / HUNDREDTHS)
        return {
            "minutes": None if is_hidden else self.minutes,
            "satisfaction": satisfaction if with_satisfaction else None,
            **told,
        }


@dataclass
class Tally:
    """A candidate's visits while they are being counted: each counts once, told how often ever.

    The stars are by elder, and by visit.
    """

    minutes: dict[UUID, int] = field(default_factory=dict)
    volunteers: set[UUID] = field(default_factory=set)
    elders: set[UUID] = field(default_factory=set)
    stars: dict[UUID, dict[UUID, int]] = field(default_factory=lambda: defaultdict(dict))
    upheld: set[UUID] = field(default_factory=set)

    @property
    def figures(self) -> Figures:
        return Figures(
            minutes=sum(self.minutes.values()),
            visits=len(self.minutes),
            elders=len(self.elders),
            volunteers=len(self.volunteers),
            ratings=sum(len(given) for given in self.stars.values()),
            raters=len(self.stars),
            voices=sum(voice_of(given.values()) for given in self.stars.values()),
            upheld=len(self.upheld),
        )


def voice_of(stars: Collection[int]) -> int:
    """The mean of what one elder has said, in rounded hundredths.

    >>> voice_of([5]), voice_of([5, 4, 4])
    (500, 433)
    """
    return round(Fraction(HUNDREDTHS * sum(stars), len(stars)))


def candidate_of(credit: Credit | None, kind: SelectionKind) -> UUID | None:
    if credit is None or kind is SelectionKind.ORGANISATION:
        return credit and credit.organisation_id
    return credit.project_id


def count_figures(
    kind: SelectionKind,
    attribution: Attribution,
    served: Iterable[ServedInPeriod],
    met: Iterable[MetInPeriod],
) -> dict[UUID, Figures]:
    """The figures by candidate: of the organisation, or of the project, that each counts for.

    A visit of which no minute is left was none, and meets nobody; what was said of it still counts.
    """
    tallies: dict[UUID, Tally] = defaultdict(Tally)
    empty = set[UUID]()

    def tally_of(visit: ServedInPeriod | MetInPeriod) -> Tally | None:
        credit = attribution.credit(visit.volunteer_id, visit.ended_at, visit.category)
        candidate_id = candidate_of(credit, kind)
        return tallies[candidate_id] if candidate_id is not None else None

    for visit in served:
        tally = tally_of(visit)
        if tally is None:
            continue
        if visit.is_upheld:
            tally.upheld.add(visit.visit_id)
        if visit.minutes > 0:
            tally.minutes[visit.visit_id] = visit.minutes
            tally.volunteers.add(visit.volunteer_id)
        else:
            empty.add(visit.visit_id)
    for each in met:
        tally = tally_of(each)
        if tally is not None:
            if each.visit_id not in empty:
                tally.elders.add(each.elder_id)
            if each.stars is not None:
                tally.stars[each.elder_id][each.visit_id] = each.stars
    return {candidate_id: tally.figures for candidate_id, tally in tallies.items()}
