"""Which columns are sealed, as which field, and for which owner: what a new key must reach."""

from collections.abc import Iterator

from services.kernel.resealing import SealedTable
from services.matching.storage.tables import Base


# What leads to a door.
DOOR = ("address", "note", "phone")
SEALED = {
    "requests": {name: (f"requests.{name}", "request_id") for name in DOOR},
    "series": {name: (f"series.{name}", "series_id") for name in DOOR},
    "visit_codes": {"sealed_secret": ("visit_code", "person_id")},
    "code_cards": {"sealed_secret": ("code_card", "card_id")},
}


def sealed_tables() -> Iterator[SealedTable]:
    for name, columns in SEALED.items():
        yield SealedTable(Base.metadata.tables[name], columns)
