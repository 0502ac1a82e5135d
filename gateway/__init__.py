"""The one door for the outside world: HTTP in, one RPC, an answer out."""
