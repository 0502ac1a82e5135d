"""Policy, people and balances that the ledger's unit tests share."""

from pathlib import Path
from uuid import UUID

import yaml
from hypothesis import strategies as st

from services.ledger.contract import Provenance
from services.ledger.domain import LedgerPolicy


ELDER, VOLUNTEER, REQUEST, VISIT, HOLD = (UUID(int=number) for number in range(1, 6))
ORDER = (Provenance.GRANTED, Provenance.GIFTED, Provenance.EARNED)
POLICY_FILE = Path(__file__).parents[3] / "deploy" / "policies" / "beijing.yaml"
POLICY = LedgerPolicy.from_values(
    3,
    {
        section: {name: rule["value"] for name, rule in rules.items()}
        for section, rules in yaml.safe_load(POLICY_FILE.read_text())["values"].items()
    },
)

balances = st.fixed_dictionaries({part: st.integers(0, 500) for part in Provenance})
