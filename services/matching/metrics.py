"""What is counted of matching beside what every process counts."""

from datetime import datetime

from prometheus_client import Gauge


open_exceptions = Gauge("timebank_matching_open_exceptions", "Visits that wait for a clerk")
oldest_exception_seconds = Gauge(
    "timebank_matching_oldest_exception_seconds", "How long the visit that waits longest has waited"
)


def show_queue(count: int, oldest: datetime | None, now: datetime) -> None:
    open_exceptions.set(count)
    oldest_exception_seconds.set((now - oldest).total_seconds() if oldest else 0)
