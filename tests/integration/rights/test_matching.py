"""Every cell of docs/rights/matching.md, played."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import Running
from tests.integration.rights.matching.cast import Cast, staff_of
from tests.integration.rights.playing import Play
from tests.integration.rights.table import Cell, cells_of


@pytest.fixture(scope="module")
def play(running_throughout: Callable[..., Running]) -> Play:
    cast = Cast(running_throughout("matching"))
    return Play(cast.matching, cast, staff_of(cast))


@pytest.mark.parametrize("cell", cells_of("matching"), ids=str)
def test_matching_does_what_the_table_says(play: Play, cell: Cell) -> None:
    play.check(cell)
