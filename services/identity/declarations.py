"""The texts that people accept, read once from the catalogue."""

from functools import cache
from importlib.resources import files

import yaml

from services.identity.contract import Declaration
from services.identity.domain.declarations import Text


@cache
def texts() -> tuple[Text, ...]:
    """Every version of every declaration there has been."""
    source = (files("services.identity") / "declarations.yaml").read_text(encoding="utf-8")
    return tuple(
        Text(
            Declaration(declaration),
            entry["version"],
            entry["since"],
            entry["title"]["zh"],
            entry["title"]["en"],
            entry["text"]["zh"],
            entry["text"]["en"],
        )
        for declaration, versions in yaml.safe_load(source).items()
        for entry in versions
    )
