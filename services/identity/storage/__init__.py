"""The tables of identity and the functions that load and save them, one file per concept."""

from services.identity.storage.tables import Base


__all__ = ["Base"]
