"""Identity's vault: the kernel's, with keys that are derived for identity alone."""

from services.kernel import vault
from services.kernel.settings import Settings
from services.kernel.vault import CannotOpen


__all__ = ["CannotOpen", "Vault"]


class Vault(vault.Vault):
    """Personal data of people."""

    def __init__(self, data_key: bytes, *retired: bytes):
        super().__init__(data_key, *retired, service="identity")

    @staticmethod
    def of(settings: Settings) -> "Vault":
        """The vault of a process, with the keys that its environment gives."""
        return Vault(settings.data_key, *settings.retired_data_keys)
