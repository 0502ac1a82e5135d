"""What every service stands on: contracts, database, outbox, relay, messaging, metrics."""
