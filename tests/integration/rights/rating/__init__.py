"""The stages of docs/rights/rating.md, a file for each concept."""
