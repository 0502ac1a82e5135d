"""Selections in the words that people see, from the catalogue."""

from fractions import Fraction
from typing import Any

import yaml

from services.rating.domain.reputation import HUNDREDTHS, in_hundredths
from services.rating.domain.selection_policy import PER_CENT, Criterion, SelectionPolicy
from services.rating.domain.selections import Selection
from services.rating.domain.shortlist import Judged, shares
from services.rating.domain.stars import MINUTES_AN_HOUR
from services.rating.words import DATA, LANGUAGES


WORDS: dict[str, Any] = yaml.safe_load((DATA / "selections.yaml").read_text(encoding="utf-8"))


def hundredths(number: int) -> str:
    """
    >>> hundredths(2417)
    '24.17'
    """
    return in_hundredths(number / HUNDREDTHS)


def short(number: float) -> str:
    """
    >>> short(30), short(12.5)
    ('30', '12.5')
    """
    return f"{number:g}"


def announced_in_words(selection: Selection) -> dict[str, str]:
    kind = WORDS["kinds"][selection.kind.value]
    titles = {"zh": selection.title_zh, "en": selection.title_en}
    return {
        language: WORDS["announced"][language].format(
            title=titles[language],
            kind=kind[language],
            from_date=selection.from_date,
            until_date=selection.until_date,
        )
        for language in LANGUAGES
    }


def in_words(judged: Judged, policy: SelectionPolicy) -> dict[str, str]:
    """Why a candidate stands where it stands."""
    if judged.rank is None:
        return too_few_in_words(judged, policy)
    figures = judged.figures
    hours, minutes = divmod(figures.minutes, MINUTES_AN_HOUR)
    values = vars(figures) | {"hours": hours, "minutes": minutes}
    values |= {"rank": judged.rank, "total": hundredths(judged.total)}
    values |= {"stars": hundredths(figures.shrunken(policy))}
    return {language: WORDS["judged"][language].format(**values) for language in LANGUAGES}


def too_few_in_words(judged: Judged, policy: SelectionPolicy) -> dict[str, str]:
    """Which counts are too few, and not how few."""
    least = policy.least()
    return {
        language: WORDS["too_few"][language].format(
            lacking=WORDS["between"][language].join(
                WORDS["lacking"][name][language].format(least=least[name])
                for name in judged.lacking
            )
        )
        for language in LANGUAGES
    }


def points_in_words(judged: Judged, best: Any, policy: SelectionPolicy) -> list[dict[str, str]]:
    """Each criterion: what it weighs, how the candidate compares, and the points that makes."""
    if judged.rank is None:
        return []
    found = []
    for criterion, share in shares(judged.figures, best, policy).items():
        of_weight = {
            "criterion": criterion.value,
            "weight": short(policy.weights[criterion]),
            "points": hundredths(judged.points[criterion]),
        }
        found.append(of_weight | point_in_words(criterion, share, judged, policy, of_weight))
    return found


def point_in_words(
    criterion: Criterion,
    share: Fraction,
    judged: Judged,
    policy: SelectionPolicy,
    of_weight: dict[str, str],
) -> dict[str, str]:
    is_count = criterion is not Criterion.SATISFACTION
    sentence = WORDS["points"]["count" if is_count else "satisfaction"]
    values = of_weight | {"share": short(round(float(share * PER_CENT), 1))}
    values |= {"stars": hundredths(judged.figures.shrunken(policy))}
    return {
        language: sentence[language].format(
            name=WORDS["criteria"][criterion.value][language], **values
        )
        for language in LANGUAGES
    }
