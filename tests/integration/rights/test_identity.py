"""Every cell of docs/rights/identity.md, played."""

from collections.abc import Callable

import pytest

from tests.integration.conftest import Running
from tests.integration.identity.conftest import Identity
from tests.integration.rights.identity.cast import staff_of
from tests.integration.rights.playing import Play
from tests.integration.rights.table import Cell, cells_of


@pytest.fixture(scope="module")
def play(running_throughout: Callable[..., Running]) -> Play:
    identity = Identity(running_throughout("identity"))
    return Play(identity.service, identity, staff_of(identity))


@pytest.mark.parametrize("cell", cells_of("identity"), ids=str)
def test_identity_does_what_the_table_says(play: Play, cell: Cell) -> None:
    play.check(cell)
