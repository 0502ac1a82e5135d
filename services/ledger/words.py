"""Why something was moved, in the words that people see, from the catalogue."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.ledger.domain import TransferKind


DATA = Path(__file__).parent / "data" / "explanations.yaml"


@cache
def catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))


def why(kind: TransferKind, amount: int, version: int | None) -> dict[str, str]:
    """
    >>> why(TransferKind.POST, 95, 2)["en"]
    '95 minutes were earned by a visit, by version 2 of the policy'
    >>> why(TransferKind.DONATION, 60, None)["zh"]
    '公益捐赠60分钟'
    """
    sentence = catalogue()["kinds"][kind]
    by = catalogue()["by_policy"] if version is not None else {"zh": "", "en": ""}
    return {
        language: (sentence[language] + by[language]).format(amount=amount, version=version)
        for language in ("zh", "en")
    }
