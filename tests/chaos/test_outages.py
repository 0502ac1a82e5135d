"""The kernel while the broker or the database is away, blocked or killed."""

import time
from typing import Any

import pytest

from services.kernel.contract import DeadlineExceeded, Unavailable
from services.kernel.topology import DEAD_LETTERS
from tests.chaos.conftest import kill_hard, settle_new_queues
from tests.integration.conftest import queue_length
from tests.integration.kernel.conftest import Probe
from tests.integration.kernel.probe import NoteTold


RECOVERY_SECONDS = 60


def works(probe: Probe) -> bool:
    try:
        probe.client.call("probe", "count_notes", {}, deadline_seconds=3)
    except (Unavailable, DeadlineExceeded):
        return False
    return True


def test_under_a_memory_alarm_a_call_ends_in_time_and_everything_goes_on_afterwards(
    own_broker: Any, probe: Probe, relay: Any
) -> None:
    relay()
    probe.call("write_note", {"words": "before"})
    own_broker.rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
    try:
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises((Unavailable, DeadlineExceeded)):
                probe.client.call(
                    "probe", "write_note", {"words": "during"}, key="k", deadline_seconds=2
                )
        assert time.monotonic() - began < 10
    finally:
        own_broker.rabbitmqctl("set_vm_memory_high_watermark", "0.4")
    probe.eventually(lambda: works(probe), RECOVERY_SECONDS)
    probe.call("write_note", {"words": "after"})
    assert probe.notes() in (2, 3)


def test_a_killed_broker_comes_back_and_no_event_is_lost(
    own_broker: Any, probe: Probe, relay: Any
) -> None:
    relay()
    settle_new_queues(own_broker)
    for number in range(20):
        probe.publish(NoteTold, district="110000", words=f"before {number}")
    kill_hard(own_broker.process_pid("rabbitmq"))
    probe.eventually(lambda: not works(probe), RECOVERY_SECONDS)
    probe.eventually(lambda: works(probe), RECOVERY_SECONDS)
    probe.eventually(lambda: probe.notes() == 20, RECOVERY_SECONDS)
    probe.publish(NoteTold, district="110000", words="after")
    probe.eventually(lambda: probe.notes() == 21, RECOVERY_SECONDS)


def test_events_that_come_while_the_database_is_away_wait_and_are_handled_later(
    own_broker: Any, probe: Probe
) -> None:
    probe.publish(NoteTold, district="110000", words="before")
    probe.eventually(lambda: probe.notes() == 1)
    own_broker.stop_process("postgres")
    try:
        probe.publish(NoteTold, district="110000", words="during")
        with pytest.raises((Unavailable, DeadlineExceeded)):
            probe.client.call("probe", "count_notes", {}, deadline_seconds=5)
    finally:
        own_broker.start_process("postgres")
    probe.eventually(lambda: works(probe) and probe.notes() == 2, RECOVERY_SECONDS)
    assert queue_length(probe.amqp_uri, DEAD_LETTERS) == 0
