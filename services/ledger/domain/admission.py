"""What counts towards a place in a public care home (S9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ledger.contract import Provenance
from services.ledger.domain.accounts import MINUTES_A_COIN
from services.ledger.domain.policy import LedgerPolicy


@dataclass(frozen=True)
class Admission:
    """The minutes that count and those that are needed."""

    counted_minutes: int
    needed_minutes: int

    @property
    def eligible(self) -> bool:
        return self.counted_minutes >= self.needed_minutes


def admission(balances: Mapping[Provenance, int], policy: LedgerPolicy) -> Admission:
    """Only earned coins count, net of what was spent, given or is held."""
    return Admission(balances[Provenance.EARNED], policy.care_home_coins * MINUTES_A_COIN)
