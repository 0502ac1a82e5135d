"""What the ledger can do, against what its database can do, measured side by side in one run."""
