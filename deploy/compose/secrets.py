"""Print a .env with fresh secrets: `python3 -m deploy.compose.secrets >.env`."""

import base64
import secrets


# One name for each, so that a container is given its own and no other's.
PASSWORDS = (
    "TIMEBANK_ADMIN_PASSWORD",
    "TIMEBANK_BROKER_PASSWORD",
    "TIMEBANK_IDENTITY_PASSWORD",
    "TIMEBANK_MATCHING_PASSWORD",
    "TIMEBANK_LEDGER_PASSWORD",
    "TIMEBANK_RATING_PASSWORD",
)
DATA_KEY = "TIMEBANK_DATA_KEY"
SECRET_BYTES = 32


def fresh() -> dict[str, str]:
    """Return a random value for every secret; each can stand in a URL as it is."""
    drawn = {name: secrets.token_urlsafe(SECRET_BYTES) for name in PASSWORDS}
    return drawn | {DATA_KEY: base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}


if __name__ == "__main__":
    for name, value in fresh().items():
        print(f"{name}={value}")
