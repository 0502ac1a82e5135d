"""Every rule that is described is read by a service, and none is read that is not described."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.identity.domain.codes import CodeRules
from services.identity.domain.family_rules import FamilyRules
from services.identity.domain.group_rules import GroupRules
from services.identity.domain.policy_rules import values_of
from services.identity.domain.rules import Rules, id_number_kept_days
from services.identity.domain.verification import VerificationRules
from services.identity.policy_rules import policy_rules
from services.ledger.domain.policy import LedgerPolicy
from services.matching.domain.finding_policy import FindingPolicy, PlanningPolicy
from services.matching.domain.policy import MatchingPolicy
from services.rating.domain.policy import CertificatePolicy, DisputePolicy, RatingPolicy, StarPolicy
from services.rating.domain.selection_policy import SelectionPolicy


PRESETS = sorted((Path(__file__).parents[3] / "deploy/policies").glob("*.yaml"))
# A service that reads rules has its reader here.
READERS: list[Callable[[Any], Any]] = [
    Rules.from_values,
    id_number_kept_days,
    VerificationRules.from_values,
    CodeRules.from_values,
    FamilyRules.from_values,
    GroupRules.from_values,
    lambda values: MatchingPolicy.from_values(1, values),
    lambda values: FindingPolicy.from_values(1, values),
    lambda values: PlanningPolicy.from_values(1, values),
    lambda values: LedgerPolicy.from_values(1, values),
    lambda values: RatingPolicy.from_values(1, values),
    lambda values: StarPolicy.from_values(1, values),
    SelectionPolicy.from_values,
    lambda values: DisputePolicy.from_values(1, values),
    lambda values: CertificatePolicy.from_values(1, values),
]


class Watched(Mapping[str, Any]):
    """A mapping that notes what is read of it."""

    def __init__(self, values: Mapping[str, Any], read: set[str], section: str = ""):
        self.values_, self.read, self.section = values, read, section

    def __getitem__(self, name: str) -> Any:
        if self.section:
            self.read.add(f"{self.section}.{name}")
            return self.values_[name]
        return Watched(self.values_[name], self.read, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


def read_of(path: Path) -> set[str]:
    values = values_of(yaml.safe_load(path.read_text(encoding="utf-8"))["values"])
    read: set[str] = set()
    for reader in READERS:
        reader(Watched(values, read))
    return read


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_service_reads_every_preset_and_all_of_it(path: Path) -> None:
    assert read_of(path) == {rule.key for rule in policy_rules()}
