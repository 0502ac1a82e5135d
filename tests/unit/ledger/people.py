"""Policy, people and balances that the ledger's unit tests share."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from hypothesis import strategies as st

from services.ledger.contract import Provenance
from services.ledger.domain import LedgerPolicy, Person


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


def person(person_id: UUID, street: str = "110105001", **more: Any) -> Person:
    """An elder with an open wallet, unless said otherwise."""
    return Person(person_id, date(1940, 1, 1), street, street[:6], **more)
