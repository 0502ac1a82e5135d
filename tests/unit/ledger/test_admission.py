"""S9: what counts towards a place in a public care home."""

import pytest

from services.ledger.contract import Provenance
from services.ledger.domain import admission
from tests.unit.ledger.people import POLICY


@pytest.mark.parametrize(("earned", "eligible"), [(599_999, False), (600_000, True)])
def test_s9_ten_thousand_earned_coins_open_a_care_home(earned: int, eligible: bool) -> None:
    others = {Provenance.GRANTED: 10**6, Provenance.GIFTED: 10**6}
    figures = admission(others | {Provenance.EARNED: earned}, POLICY)
    assert figures.eligible is eligible
    assert figures.needed_minutes == 600_000
