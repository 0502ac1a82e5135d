"""What counts towards a place in a public care home (S9)."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.ledger.contract import AdmissionEligible, Provenance
from services.ledger.domain.accounts import MINUTES_A_COIN
from services.ledger.domain.books import Happened
from services.ledger.domain.people import Person
from services.ledger.domain.policy import LedgerPolicy


@dataclass(frozen=True)
class Admission:
    """The minutes that count and those that are needed."""

    counted_minutes: int
    needed_minutes: int

    @property
    def eligible(self) -> bool:
        return self.counted_minutes >= self.needed_minutes


def needed_minutes(policy: LedgerPolicy) -> int:
    return policy.care_home_coins * MINUTES_A_COIN


def admission(balances: Mapping[Provenance, int], policy: LedgerPolicy) -> Admission:
    """Only earned coins count, net of what was spent, given, held or set aside."""
    return Admission(balances[Provenance.EARNED], needed_minutes(policy))


def eligible_by(
    minutes: int, person: Person, earned_before: int, policy: LedgerPolicy
) -> tuple[Happened, ...]:
    """The event that these minutes bring somebody to the coins that are needed, if they do."""
    needed, counted = needed_minutes(policy), earned_before + minutes
    if not earned_before < needed <= counted:
        return ()
    facts = {
        "district": person.district,
        "person_id": person.person_id,
        "counted_minutes": counted,
        "needed_minutes": needed,
        "policy_version": policy.version,
    }
    return (Happened(AdmissionEligible, facts),)
