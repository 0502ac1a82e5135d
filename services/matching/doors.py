"""What leads to a door: address, note, telephone; each sealed for its own field of its own row."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.kernel.vault import Vault
from services.matching.storage import RequestRow, SeriesRow


REQUESTS = RequestRow.__tablename__
SERIES = SeriesRow.__tablename__


@dataclass(frozen=True)
class Door:
    """What is written down of a place beside its position; empty where it has been erased."""

    address: str
    note: str
    phone: str | None


def sealed(
    vault: Vault, table: str, owner_id: UUID, texts: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The columns of some texts; what is empty needs no seal."""
    return {
        name: vault.seal(text, f"{table}.{name}", owner_id) if text else None
        for name, text in texts.items()
    }


def opened(vault: Vault, row: RequestRow | SeriesRow) -> Door:
    return Door(
        text_of(vault, row, "address") or "",
        text_of(vault, row, "note") or "",
        text_of(vault, row, "phone"),
    )


def address_of(vault: Vault, row: RequestRow) -> str:
    return text_of(vault, row, "address") or ""


def text_of(vault: Vault, row: RequestRow | SeriesRow, name: str) -> str | None:
    text: str | None = getattr(row, name)
    owner_id = row.request_id if isinstance(row, RequestRow) else row.series_id
    return vault.open(text, f"{row.__tablename__}.{name}", owner_id) if text else None
