"""Every cell of docs/rights/ledger.md, played."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import Running
from tests.integration.rights.ledger.cast import Cast, staff_of
from tests.integration.rights.playing import Play
from tests.integration.rights.table import Cell, cells_of


@pytest.fixture(scope="module")
def play(running_throughout: Callable[..., Running]) -> Play:
    cast = Cast(running_throughout("ledger"))
    return Play(cast.running, cast, staff_of(cast))


@pytest.mark.parametrize("cell", cells_of("ledger"), ids=str)
def test_ledger_does_what_the_table_says(play: Play, cell: Cell) -> None:
    play.check(cell)
