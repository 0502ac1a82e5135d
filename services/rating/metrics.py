"""What is counted of rating beside what every process counts."""

from prometheus_client import Gauge


overdue_disputes = Gauge(
    "timebank_rating_overdue_disputes", "Disputes that the city should have decided by now"
)
unfunded_disputes = Gauge(
    "timebank_rating_unfunded_disputes", "Decided disputes whose correction waits for a budget"
)


def show_disputes(overdue: int, unfunded: int) -> None:
    overdue_disputes.set(overdue)
    unfunded_disputes.set(unfunded)
