"""The rules of identity, one file per concept: no database, no broker, no clock."""
