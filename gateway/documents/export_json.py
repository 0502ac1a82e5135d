"""What is held on a person, as a file: JSON that a person can read and a program too."""

import json
from typing import Any


def export_json(export: dict[str, Any]) -> bytes:
    """Indented, with Chinese as it is written."""
    return (json.dumps(export, ensure_ascii=False, indent=2) + "\n").encode()
