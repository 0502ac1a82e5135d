"""Fill the broker's definitions with the user's password; `python -m` prints them."""

import base64
import hashlib
import json
import os
import secrets
import sys
from pathlib import Path


USER = "timebank"
VIRTUAL_HOST = "timebank"
TEMPLATE = Path(__file__).parent / "definitions.json"
SALT_BYTES = 4


def password_hash(password: str, salt: bytes) -> str:
    """Return the hash as RabbitMQ stores it: base64 of salt and sha256(salt + password)."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def render(password: str) -> str:
    """Return the definitions as JSON text for this password of the user."""
    definitions = json.loads(TEMPLATE.read_text())
    definitions["users"][0]["password_hash"] = password_hash(
        password, secrets.token_bytes(SALT_BYTES)
    )
    return json.dumps(definitions, indent=2)


if __name__ == "__main__":
    given = os.environ.get("TIMEBANK_AMQP_PASSWORD")
    if not given:
        sys.exit("TIMEBANK_AMQP_PASSWORD is missing: the password for the broker's user timebank.")
    print(render(given))
