"""Which columns are sealed, as which field, and for which owner: what a new key must reach."""

from collections.abc import Iterator

from services.kernel.resealing import SealedTable
from services.matching.storage.tables import Base


SEALED = {
    "requests": {"phone": ("requests.phone", "request_id")},
    "series": {"phone": ("series.phone", "series_id")},
    "visit_codes": {"sealed_secret": ("visit_code", "person_id")},
    "code_cards": {"sealed_secret": ("code_card", "card_id")},
}


def sealed_tables() -> Iterator[SealedTable]:
    for name, columns in SEALED.items():
        yield SealedTable(Base.metadata.tables[name], columns)
