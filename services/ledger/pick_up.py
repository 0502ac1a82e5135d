"""The code that a reward is picked up by (S10): made anew of the exchange whenever it is shown.

It is a keyed hash of the exchange's id, so nothing is kept that a reader of the database could
pick rewards up with. While the data key is exchanged, the codes by each known key are right.
"""

import hmac
from uuid import UUID

from services.kernel.contract import Unavailable
from services.kernel.service import vault_of
from services.kernel.settings import Settings
from services.kernel.vault import Vault


DIGITS = 8
FIELD = "pickup_code"


def code_of(settings: Settings, exchange_id: UUID) -> str:
    """The code as it is shown, by the newest key."""
    return shortened(vault_for(settings).index(FIELD, str(exchange_id)))


def code_fits(settings: Settings, exchange_id: UUID, typed: str | None) -> bool | None:
    """Whether the code is right; None when none was typed."""
    if typed is None:
        return None
    indexes = vault_for(settings).indexes(FIELD, str(exchange_id)).values()
    return any([hmac.compare_digest(shortened(each), typed) for each in indexes])


def shortened(index: str) -> str:
    """
    >>> shortened("ff" * 32)
    '29639935'
    """
    return f"{int(index, 16) % 10**DIGITS:0{DIGITS}}"


def vault_for(settings: Settings) -> Vault:
    """Raises Unavailable where the ledger was started without a data key."""
    vault = vault_of("ledger", settings.data_key, settings.retired_data_keys)
    if vault is None:
        raise Unavailable("Codes need the data key, which this service was not given.")
    return vault
