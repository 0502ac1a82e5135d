"""Policy, people and balances that the ledger's unit tests share."""

from uuid import UUID

from hypothesis import strategies as st

from services.identity.contract import Relation
from services.ledger.contract import Provenance
from services.ledger.domain import LedgerPolicy


ELDER, VOLUNTEER, REQUEST, VISIT, HOLD = (UUID(int=number) for number in range(1, 6))
ORDER = (Provenance.GRANTED, Provenance.GIFTED, Provenance.EARNED)
POLICY = LedgerPolicy(
    version=3,
    redeem_from_age=60,
    spending_order=ORDER,
    gift_receiver_from_age=60,
    gift_relations=frozenset(Relation) - {Relation.SPOUSE, Relation.SIBLING},
    special_groups_only=True,
    care_home_coins=10_000,
)

balances = st.fixed_dictionaries({part: st.integers(0, 500) for part in Provenance})
