"""Seal by a new data key what matching keeps: ``python -m services.matching.rotate_data_key``.

Run it beside the service, and again if it was stopped.
"""

from sqlalchemy.orm import sessionmaker

from services.kernel.database import make_engine
from services.kernel.resealing import batch_of_arguments, printed, reseal
from services.kernel.settings import Settings
from services.kernel.vault import CannotOpen, Vault
from services.matching.storage.sealed import sealed_tables


def main() -> None:
    size = batch_of_arguments(__doc__)
    settings = Settings.from_environment("database_url", "data_key")
    vault = Vault(settings.data_key, *settings.retired_data_keys, service="matching")
    begin = sessionmaker(make_engine(settings.database_url)).begin
    try:
        rows = reseal(begin, vault, sealed_tables(), printed, size)
    except CannotOpen as error:
        raise SystemExit(f"timebank: {error}; is it in TIMEBANK_RETIRED_DATA_KEYS?") from error
    print(f"{rows} rows are sealed anew by the key {vault.current.key_id}.")


if __name__ == "__main__":
    main()
