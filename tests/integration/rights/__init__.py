"""The tables in docs/rights, played on the running services."""
