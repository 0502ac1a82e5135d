"""The ledger keeps every coin: nothing lost, nothing made from nothing, nothing paid twice."""
