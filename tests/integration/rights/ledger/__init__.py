"""The stages of docs/rights/ledger.md, a file for each concept."""
