"""What every process counts: entrypoints by outcome and duration, retries, the outbox's lag."""

from prometheus_client import Counter, Gauge, Histogram


entrypoint_seconds = Histogram(
    "timebank_entrypoint_seconds",
    "Time spent in an entrypoint",
    ["service", "entrypoint", "kind", "outcome"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
inbox_duplicates = Counter(
    "timebank_inbox_duplicates", "Events delivered again and not handled again", ["service"]
)
retries = Counter("timebank_retries", "Messages put aside to be tried again", ["queue"])
parked = Counter("timebank_parked", "Messages moved to the dead letters", ["queue", "reason"])
replies_lost = Counter("timebank_replies_lost", "Answers that could not be sent", ["service"])
outbox_pending = Gauge("timebank_outbox_pending", "Events not yet published", ["service"])
outbox_oldest_seconds = Gauge(
    "timebank_outbox_oldest_seconds", "Age of the oldest unpublished event", ["service"]
)
outbox_published = Counter(
    "timebank_outbox_published", "Events confirmed by the broker", ["service"]
)
relay_leader = Gauge(
    "timebank_relay_leader", "1 while this relay is the one that works", ["service"]
)
batch_commands = Histogram(
    "timebank_batch_commands",
    "Commands that were posted together",
    ["service"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)
