"""How long finding takes at the service: with ten thousand volunteers, and with a million."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Any
from urllib.request import urlopen
from uuid import UUID

from sqlalchemy import Engine

from deploy.local.stack import Stack
from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.rpc import RpcClient
from tests.bench.ledger.report import Measured
from tests.bench.matching.crowd import STREET, Crowd


QUERIES = 400
WARM_UP = 60
READY_SECONDS = 60


def measure_nearest(
    stack: Stack,
    engine: Engine,
    sizes: tuple[int, int],
    requests: int,
    measured: Measured,
    say: Callable[[str], None],
) -> None:
    """Both sizes one after the other on the same database, by real calls of the running service."""
    crowd = Crowd(engine)
    client = RpcClient(stack.amqp_uri)
    stack.start_process("matching", READY_SECONDS)
    for size in sizes:
        say(f"{requests:,} open requests, {size:,} volunteers")
        crowd.grow(requests, size)
        with engine.connect() as connection:
            volunteers = crowd.ids(connection, "v", size, QUERIES + WARM_UP)
            asked = crowd.ids(connection, "r", requests, QUERIES + WARM_UP)
        calls: dict[str, list[tuple[str, dict[str, Any], Caller]]] = {
            "nearest": [
                ("list_nearby_requests", {}, Caller(UUID(volunteer))) for volunteer in volunteers
            ],
            "fitting": [
                ("list_nearby_requests", {"fits_me": True}, Caller(UUID(volunteer)))
                for volunteer in volunteers
            ],
            "candidates": [
                ("list_candidates", {"request_id": request}, clerk()) for request in asked
            ],
        }
        for name, each in calls.items():
            measure(stack, client, f"{name}, {size:,} volunteers", each, measured)
    client.close()


def clerk() -> Caller:
    return Caller(UUID(int=1), (RoleIn(Role.AGENCY_CLERK, STREET),))


def measure(
    stack: Stack,
    client: RpcClient,
    name: str,
    calls: list[tuple[str, dict[str, Any], Caller]],
    measured: Measured,
) -> None:
    """Milliseconds of the whole way there and back, and the mean within the service."""
    for call in calls[:WARM_UP]:
        ask(client, *call)
    operation = calls[0][0]
    seconds_before, count_before = at_the_service(stack, operation)
    found = []
    for call in calls[WARM_UP:]:
        began = time.perf_counter()
        answer = ask(client, *call)
        measured.add(name, (time.perf_counter() - began) * 1000)
        found.append(len(answer["items"]))
    seconds, count = at_the_service(stack, operation)
    measured.add(f"{name}: service", (seconds - seconds_before) * 1000 / (count - count_before))
    measured.add(f"{name}: found", median(found))


def ask(client: RpcClient, operation: str, payload: dict[str, Any], caller: Caller) -> Any:
    return client.call("matching", operation, payload, caller, now=datetime.now(UTC))


def at_the_service(stack: Stack, operation: str) -> tuple[float, float]:
    """Seconds and number of an operation's calls so far, by the service's own metrics."""
    with urlopen(f"http://127.0.0.1:{stack.metrics_port('matching')}/metrics") as page:
        lines = page.read().decode().splitlines()
    totals = {"sum": 0.0, "count": 0.0}
    for line in lines:
        for kind in totals:
            if line.startswith(f"timebank_entrypoint_seconds_{kind}{{") and operation in line:
                totals[kind] += float(line.rsplit(" ", 1)[1])
    return totals["sum"], totals["count"]


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]
