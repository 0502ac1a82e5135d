"""The stages of docs/rights/identity.md, a file for each concept."""
