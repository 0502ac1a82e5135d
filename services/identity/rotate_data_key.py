"""Seal all personal data by a new data key: ``python -m services.identity.rotate_data_key``.

Run it beside the service, again if it was stopped, and once more when the old key is gone.
"""

from functools import partial

from sqlalchemy.orm import sessionmaker

from services.identity.storage import reindexing
from services.identity.storage.sealed import sealed_tables
from services.identity.storage.vault import CannotOpen, Vault
from services.kernel.database import make_engine, transact
from services.kernel.resealing import (
    BATCH,
    Begin,
    Report,
    batch_of_arguments,
    printed,
    reseal,
)
from services.kernel.settings import Settings


INDEXES = "blind indexes"


def rotate(begin: Begin, vault: Vault, report: Report, size: int = BATCH) -> tuple[int, int]:
    """Seal and index everything by the newest key; rows sealed anew, old indexes forgotten."""
    rows = reseal(begin, vault, sealed_tables(), report, size)
    reindex(begin, vault, report, size)
    forgotten = transact(begin, partial(reindexing.forget_unknown_keys, vault=vault))
    return rows, forgotten


def reindex(begin: Begin, vault: Vault, report: Report, size: int) -> None:
    total = transact(begin, partial(reindexing.count_old, vault=vault))
    done, rows = 0, size
    after: reindexing.Position | None = None
    while rows == size:
        batch = partial(reindexing.reindex_batch, vault=vault, after=after, size=size)
        after, rows = transact(begin, batch)
        done += rows
        report(INDEXES, done, max(total, done))


def main() -> None:
    size = batch_of_arguments(__doc__)
    settings = Settings.from_environment("database_url", "data_key")
    vault = Vault.of(settings)
    begin = sessionmaker(make_engine(settings.database_url)).begin
    try:
        rows, forgotten = rotate(begin, vault, printed, size)
    except CannotOpen as error:
        raise SystemExit(f"timebank: {error}; is it in TIMEBANK_RETIRED_DATA_KEYS?") from error
    except reindexing.TwoPeople as error:
        raise SystemExit(f"timebank: two accounts of one person: {error}") from error
    print(f"{rows} rows are sealed anew by the key {vault.current.key_id}.")
    if settings.retired_data_keys:
        print("Take TIMEBANK_RETIRED_DATA_KEYS away, restart, and run this once more.")
    else:
        print(f"{forgotten} indexes by keys that are gone were forgotten.")


if __name__ == "__main__":
    main()
