"""The city's policy document as the platform takes it: values, and each with its reason."""

from pathlib import Path
from typing import Any

import yaml


FILE = Path(__file__).parents[1] / "policies" / "beijing.yaml"


def plain_values(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """
    >>> rule = {"value": 60, "source": "plan", "reason": "S4"}
    >>> plain_values({"values": {"elder": {"redeem_from_age": rule}}})
    {'elder': {'redeem_from_age': 60}}
    """
    return {
        section: {name: rule["value"] for name, rule in rules.items()}
        for section, rules in document["values"].items()
    }


def load_policy(path: Path = FILE) -> dict[str, Any]:
    """The policy file as the body of AdoptPolicy: values, and the document with their reasons."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        "version": document["version"],
        "effective_from": document["effective_from"],
        "values": plain_values(document),
        "document": document["values"],
    }
