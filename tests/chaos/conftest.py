"""What chaos needs: the fixtures of the layers below, and ways to break things."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import platform, stage
from tests.integration.conftest import rpc_client
from tests.integration.kernel.conftest import probe, probe_database, relay


__all__ = ["platform", "probe", "probe_database", "relay", "rpc_client", "stage"]


@pytest.fixture(scope="session")
def own_broker(stack: Any) -> Any:
    """The private stack; skips when the servers are not ours to break."""
    if not (stack.has_own_broker and stack.has_own_database):
        pytest.skip("the servers named by the environment are not ours to break")
    return stack


def children_of(pid: int) -> list[int]:
    """The process and all its descendants, deepest last."""
    found = [pid]
    for parent in found:
        tasks = Path(f"/proc/{parent}/task")
        for task in tasks.iterdir() if tasks.exists() else ():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def kill_hard(pid: int) -> None:
    """kill -9 the process and what it started, as a machine that loses power would."""
    assert pid, "the process is not running"
    for each in children_of(pid):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def settle_new_queues(stack: Any) -> None:
    """Write the broker's register of queues to disk now; it would do so within half a second.

    A queue made in the very moment before a power cut may come back without its process.
    """
    stack.rabbitmqctl("eval", "[dets:sync(Table) || Table <- dets:all()].")
