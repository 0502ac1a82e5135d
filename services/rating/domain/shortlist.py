"""From figures to a shortlist: points by criterion, ranks, and who did too little to be judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from services.rating.domain.figures import Figures
from services.rating.domain.reputation import HUNDREDTHS
from services.rating.domain.selection_policy import PER_CENT, Criterion, SelectionPolicy


LEAST_STARS, MOST_STARS = 1, 5
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Candidate:
    """A project or organisation as it stood when the figures were counted."""

    candidate_id: UUID
    organisation_id: UUID
    name: str
    organisation: str


@dataclass(frozen=True)
class Judged:
    """A candidate on the shortlist: points in hundredths by criterion, of a hundred in all.

    ``lacking`` names the counts that are too few; then there are neither points nor a rank.
    """

    candidate: Candidate
    figures: Figures
    points: Mapping[str, int]
    lacking: tuple[str, ...]
    rank: int | None

    @property
    def candidate_id(self) -> UUID:
        return self.candidate.candidate_id

    @property
    def total(self) -> int:
        return sum(self.points.values())


def lacking_of(figures: Figures, policy: SelectionPolicy) -> tuple[str, ...]:
    """Which counts are below what the policy judges."""
    return tuple(name for name, least in policy.least().items() if getattr(figures, name) < least)


def shares(figures: Figures, best: Figures, policy: SelectionPolicy) -> dict[Criterion, Fraction]:
    """Each criterion's value from 0 to 1: of a count its share of the best candidate's."""
    counts = {
        Criterion.HOURS: "minutes",
        Criterion.VISITS: "visits",
        Criterion.ELDERS: "elders",
        Criterion.VOLUNTEERS: "volunteers",
    }
    found = {
        criterion: Fraction(getattr(figures, name), max(getattr(best, name), 1))
        for criterion, name in counts.items()
    }
    over = figures.shrunken(policy) - LEAST_STARS * HUNDREDTHS
    found[Criterion.SATISFACTION] = Fraction(over, (MOST_STARS - LEAST_STARS) * HUNDREDTHS)
    return found


def points_of(figures: Figures, best: Figures, policy: SelectionPolicy) -> dict[str, int]:
    """Points in hundredths, half rounded up; the weights are taken as shares of a hundred."""
    of_all = sum(Fraction(weight) for weight in policy.weights.values())
    return {
        criterion.value: int(
            Fraction(policy.weights[criterion]) / of_all * PER_CENT * HUNDREDTHS * share + HALF
        )
        for criterion, share in shares(figures, best, policy).items()
    }


def best_of(judged: Iterable[Figures]) -> Figures:
    """The highest of each count, be it of different candidates."""
    found = list(judged)
    names = ("minutes", "visits", "elders", "volunteers")
    return Figures(
        **{name: max((getattr(each, name) for each in found), default=0) for name in names}
    )


def merit_of(
    figures: Figures, points: Mapping[str, int], policy: SelectionPolicy
) -> tuple[int, ...]:
    """By what candidates are ranked: points, then satisfaction, elders, minutes."""
    return (sum(points.values()), figures.shrunken(policy), figures.elders, figures.minutes)


def shortlist(
    candidates: Iterable[Candidate], figures: Mapping[UUID, Figures], policy: SelectionPolicy
) -> list[Judged]:
    """By rank; candidates alike in all of it share one. After them who has too few, by name."""
    by_name = sorted(candidates, key=lambda each: (each.name, each.candidate_id))
    counted = {each: figures.get(each.candidate_id, Figures()) for each in by_name}
    lacking = {each: lacking_of(counted[each], policy) for each in by_name}
    fit = [each for each in by_name if not lacking[each]]
    best = best_of(counted[each] for each in fit)
    points = {each: points_of(counted[each], best, policy) for each in fit}
    merits = {each: merit_of(counted[each], points[each], policy) for each in fit}
    ranked = sorted(fit, key=lambda each: merits[each], reverse=True)
    listed = [
        Judged(each, counted[each], points[each], (), rank_among(merits[each], merits.values()))
        for each in ranked
    ]
    return listed + [
        Judged(each, counted[each], {}, lacking[each], None) for each in by_name if lacking[each]
    ]


def rank_among(merit: tuple[int, ...], merits: Iterable[tuple[int, ...]]) -> int:
    """One more than there are better ones.

    >>> [rank_among(each, [(9,), (7,), (7,), (1,)]) for each in ((9,), (7,), (1,))]
    [1, 2, 4]
    """
    return 1 + sum(other > merit for other in merits)
