"""Two that want the same instance: the second is refused, and does the first no harm."""

from typing import Any

import pytest

from deploy.local.stack import Stack
from deploy.local.state import Busy


def test_a_second_session_neither_starts_nor_stops_a_running_instance(stack: Any):
    supervisor = stack.supervisor.pid()
    assert supervisor
    second = Stack(stack.home.parent, stack.name)
    try:
        with pytest.raises(Busy):
            second.start_servers()
    finally:
        second.stop()
    assert stack.supervisor.pid() == supervisor
    assert stack.supervisor.answers()


def test_an_instance_that_runs_is_not_deleted(stack: Any):
    with pytest.raises(Busy):
        Stack(stack.home.parent, stack.name).remove()
    assert (stack.home / "secrets.json").exists()
