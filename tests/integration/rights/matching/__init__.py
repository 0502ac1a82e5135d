"""The stages of docs/rights/matching.md, a file for each concept."""
