"""Three strikes within ninety days pause for thirty."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching import domain
from services.matching.contract import OutsideWindow, Paused, StrikeKind
from tests.unit.matching.test_domain import POLICY


RULES = POLICY.strike
NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=each) for each in days]


@pytest.mark.parametrize(
    ("days", "left"),
    [
        ((), None),
        ((1, 2), None),
        ((0, 1, 2), 30),
        ((0, 50, 89.9), 30),
        ((0, 50, 90), None),
        ((10, 11, 12), 20),
        ((30, 31, 32), None),
        ((29.5, 31, 32), 0.5),
        ((0, 40, 41, 42), 30),
    ],
)
def test_the_pause_begins_with_the_strike_that_is_one_too_many(
    days: tuple[float, ...], left: float | None
) -> None:
    until = domain.paused_until(ago(*days), NOW, RULES)
    assert until == (None if left is None else NOW + timedelta(days=left))
    if until is None:
        domain.check_not_paused(ago(*days), NOW, RULES)
    else:
        with pytest.raises(Paused) as paused:
            domain.check_not_paused(ago(*days), NOW, RULES)
        told = paused.value.fields
        assert told["until"] == until.isoformat()
        assert told["strikes"] >= told["most"] == RULES.most
        assert (told["within_days"], told["pause_days"]) == (RULES.within_days, RULES.pause_days)


@given(st.lists(st.floats(0, 400), max_size=8), st.floats(0, 60))
def test_time_alone_never_lengthens_a_pause(days: list[float], later: float) -> None:
    until = domain.paused_until(ago(*days), NOW, RULES)
    after = domain.paused_until(ago(*days), NOW + timedelta(days=later), RULES)
    assert after in (until, None)
    if until is None:
        assert after is None


@given(st.lists(st.floats(0, 200), max_size=8))
def test_a_waived_strike_never_makes_it_worse(days: list[float]) -> None:
    until = domain.paused_until(ago(*days), NOW, RULES)
    for place in range(len(days)):
        fewer = domain.paused_until(ago(*days[:place], *days[place + 1 :]), NOW, RULES)
        assert fewer is None or (until is not None and fewer <= until)


def test_every_kind_of_strike_has_its_side() -> None:
    assert set(domain.SIDES) == set(StrikeKind)


@pytest.mark.parametrize(("minutes", "may"), [(14, False), (15, True), (119, True), (120, False)])
def test_an_elder_is_given_time_to_come_to_the_door(minutes: int, may: bool) -> None:
    ends_at, now = NOW + timedelta(hours=2), NOW + timedelta(minutes=minutes)
    if may:
        domain.check_absence(NOW, ends_at, now, POLICY.visit)
    else:
        with pytest.raises(OutsideWindow):
            domain.check_absence(NOW, ends_at, now, POLICY.visit)
