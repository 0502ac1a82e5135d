"""Every cell of docs/rights/rating.md, played."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import Running
from tests.integration.rights.playing import Play
from tests.integration.rights.rating.cast import Cast, staff_of
from tests.integration.rights.table import Cell, cells_of


@pytest.fixture(scope="module")
def play(running_throughout: Callable[..., Running]) -> Play:
    cast = Cast(running_throughout("rating"))
    return Play(cast.running, cast, staff_of(cast))


@pytest.mark.parametrize("cell", cells_of("rating"), ids=str)
def test_rating_does_what_the_table_says(play: Play, cell: Cell) -> None:
    play.check(cell)
