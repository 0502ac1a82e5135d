"""Put a new signing key in place: ``python -m services.identity.rotate_signing_key``."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from services.identity.domain.rules import Rules
from services.identity.domain.sessions import expires_at
from services.identity.storage import signing_keys
from services.identity.storage.vault import Vault
from services.kernel.contract import Error
from services.kernel.database import make_engine
from services.kernel.policy import policy_at
from services.kernel.settings import Settings


def rotate(session: Session, vault: Vault, now: datetime) -> str:
    """The id of the new key; the old one checks tokens until the last it signed has ended."""
    old_until = expires_at(now, Rules.from_values(policy_at(session, now).values))
    return signing_keys.rotate_signing_key(session, vault, now, old_until).kid


def main() -> None:
    settings = Settings.from_environment("database_url", "data_key")
    try:
        with Session(make_engine(settings.database_url)) as session, session.begin():
            kid = rotate(session, Vault.of(settings), datetime.now(UTC))
    except Error as error:
        raise SystemExit(f"timebank: {error}") from error
    print(f"New tokens are signed with {kid}; earlier ones stay good until they end.")


if __name__ == "__main__":
    main()
