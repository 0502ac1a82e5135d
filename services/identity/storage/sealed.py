"""Which columns are sealed, as which field, and for which owner: what a new key must reach."""

from collections.abc import Iterator

from services.identity.storage.tables import Base
from services.kernel.resealing import SealedTable


PREFIX = "sealed_"
# By table, its sealed columns: the field that each is sealed as, and the column of its owner.
SEALED = {
    "people": {
        "sealed_id_number": ("id_number", "person_id"),
        "sealed_phone": ("phone", "person_id"),
        "sealed_address": ("address", "person_id"),
    },
    "closings": {"sealed_paper": ("paper", "person_id")},
    "memberships": {"sealed_evidence": ("evidence", "person_id")},
    "group_sheet_lines": {"sealed_evidence": ("evidence", "person_id")},
    "verification_steps": {"sealed_words": ("verification_words", "person_id")},
    "wechat_accounts": {"sealed_openid": ("openid", "person_id")},
    "jobs": {"sealed_text": ("job_text", "job_id")},
    "signing_keys": {"sealed_private_key": ("private_key", "kid")},
}


def sealed_tables() -> Iterator[SealedTable]:
    for name, columns in SEALED.items():
        yield SealedTable(Base.metadata.tables[name], columns)
