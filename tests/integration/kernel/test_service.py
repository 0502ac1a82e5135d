"""Commands, queries and events through the kernel, on the real broker and database."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import eventlet
import pytest
from kombu import Connection

from services.kernel import dead_letters
from services.kernel.contract import (
    DeadlineExceeded,
    Error,
    IdempotencyConflict,
    InternalError,
    InvalidRequest,
)
from services.kernel.topology import DEAD_LETTERS, event_queue_name, rpc_queue_name
from tests.integration.conftest import queue_length
from tests.integration.kernel.conftest import Probe
from tests.integration.kernel.probe import NoteMisspelt, NoteRefused, NoteTold, NoteWritten


def publish_raw(amqp_uri: str, exchange: str, routing_key: str, body: Any, **options: Any) -> None:
    with Connection(amqp_uri) as connection:
        connection.Producer().publish(body, exchange=exchange, routing_key=routing_key, **options)


def reasons(probe: Probe) -> list[str]:
    return [letter.reason for letter in dead_letters.list_dead_letters(probe.amqp_uri)]


def test_a_command_and_its_event_are_stored_together(probe: Probe) -> None:
    probe.call("write_note", {"words": "one"})
    assert probe.notes() == 1
    assert [event["words"] for event in probe.recorded(NoteWritten)] == ["one"]


def test_the_same_key_and_body_gives_the_first_answer_and_no_second_effect(probe: Probe) -> None:
    first = probe.call("write_note", {"words": "one"}, key="key-00001")
    again = probe.call("write_note", {"words": "one"}, key="key-00001")
    assert again == first
    assert probe.notes() == 1
    assert len(probe.recorded(NoteWritten)) == 1


def test_the_same_key_with_another_body_is_refused(probe: Probe) -> None:
    probe.call("write_note", {"words": "one"}, key="key-00001")
    with pytest.raises(IdempotencyConflict):
        probe.call("write_note", {"words": "two"}, key="key-00001")
    assert probe.notes() == 1


def test_a_refusal_leaves_nothing_behind_and_is_the_answer_for_good(probe: Probe) -> None:
    for _ in range(2):
        with pytest.raises(NoteRefused) as refused:
            probe.call("write_note", {"words": "refuse"}, key="key-00001")
        assert refused.value.fields == {"words": "refuse"}
    assert probe.notes() == 0
    assert probe.recorded(NoteWritten) == []


def test_a_refusal_that_must_be_counted_keeps_what_was_written_once(probe: Probe) -> None:
    for _ in range(2):
        with pytest.raises(NoteMisspelt):
            probe.call("write_note", {"words": "mispelt"}, key="key-00001")
    assert probe.notes() == 1
    with pytest.raises(NoteMisspelt):
        probe.call("write_note", {"words": "mispelt"}, key=None)
    assert probe.notes() == 2


def test_twenty_callers_with_one_key_cause_one_effect(probe: Probe) -> None:
    def write(_: int) -> dict[str, Any]:
        return probe.call("write_note", {"words": "one"}, key="key-00001")

    answers = list(eventlet.GreenPool().imap(write, range(20)))
    assert all(answer == answers[0] for answer in answers)
    assert probe.notes() == 1


def test_a_fault_shows_no_text_of_its_own_and_changes_nothing(probe: Probe) -> None:
    with pytest.raises(InternalError) as fault:
        probe.call("write_note", {"words": "fail"})
    assert "secret" not in str(fault.value)
    assert probe.notes() == 0


def test_invalid_input_names_the_field_and_the_reason(probe: Probe) -> None:
    with pytest.raises(InvalidRequest) as refused:
        probe.call("write_note", {"words": 1, "colour": "red"})
    assert set(refused.value.fields) == {"words", "colour"}


def test_only_a_demonstration_may_set_the_clock(probe: Probe) -> None:
    with pytest.raises(InvalidRequest):
        probe.call("write_note", {"words": "one"}, now=datetime(2030, 1, 1, tzinfo=UTC))
    assert probe.notes() == 0


def test_a_call_whose_deadline_has_passed_is_not_carried_out(probe: Probe) -> None:
    past = {"deadline": time.time() - 1, "caller": None, "key": "key-00001"}
    request = {"args": [{"words": "late"}, past], "kwargs": {}}
    publish_raw(
        probe.amqp_uri,
        "nameko-rpc",
        "probe.write_note",
        request,
        reply_to="nobody",
        serializer="json",
    )
    probe.eventually(lambda: queue_length(probe.amqp_uri, rpc_queue_name("probe")) == 0)
    assert probe.notes() == 0


def test_a_call_to_a_service_that_is_away_ends_at_its_deadline(probe: Probe) -> None:
    probe.container.stop()
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        probe.client.call("probe", "count_notes", {}, deadline_seconds=1)
    assert time.monotonic() - began < 3


def test_an_event_delivered_five_times_has_one_effect(probe: Probe) -> None:
    event_id = uuid.uuid4()
    for _ in range(5):
        probe.publish(NoteTold, district="110000", words="one", event_id=event_id)
    probe.publish(NoteTold, district="110000", words="last")
    probe.eventually(lambda: probe.notes() == 2)
    probe.eventually(lambda: queue_length(probe.amqp_uri, event_queue_name("probe", NoteTold)) == 0)
    assert probe.notes() == 2


def test_an_event_that_fails_at_first_is_tried_again_later_and_succeeds(probe: Probe) -> None:
    probe.publish(NoteTold, district="110000", words="fail twice")
    probe.eventually(lambda: probe.notes() == 1, seconds=20)
    assert reasons(probe) == []


def test_an_event_that_breaks_its_contract_is_parked_at_once_with_the_reason(probe: Probe) -> None:
    wrapped = probe.publish(NoteTold, district="110000", words="good")
    broken = wrapped | {"id": str(uuid.uuid4()), "data": {"district": "110000"}}
    probe.publish_envelope(NoteTold, broken)
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 1)
    letter = dead_letters.list_dead_letters(probe.amqp_uri)[0]
    assert letter.queue == event_queue_name("probe", NoteTold)
    assert "words" in letter.reason
    assert letter.event_id == broken["id"]


def test_an_event_that_can_never_succeed_is_parked_at_once(probe: Probe) -> None:
    probe.publish(NoteTold, district="110000", words="never")
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 1, seconds=3)
    assert "no retry can help" in reasons(probe)[0]
    assert probe.notes() == 0


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"not json {", "application/json"),
        (b"\x80\x04pickle", "application/x-python-serialize"),
        (b"\xff\xfe", "text/plain"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'{"id": 3}', "application/json"),
    ],
)
def test_a_poison_message_is_parked_and_the_service_works_on(
    probe: Probe, body: bytes, content_type: str
) -> None:
    for exchange, key in (
        ("probe.events", "note.told.v1.110000"),
        ("nameko-rpc", "probe.count_notes"),
    ):
        publish_raw(
            probe.amqp_uri, exchange, key, body, content_type=content_type, content_encoding="utf-8"
        )
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 2)
    assert all(reasons(probe))
    queues = {letter.queue for letter in dead_letters.list_dead_letters(probe.amqp_uri)}
    assert queues == {event_queue_name("probe", NoteTold), rpc_queue_name("probe")}
    assert probe.notes() == 0


def test_a_request_without_reply_to_is_parked_instead_of_ending_the_process(probe: Probe) -> None:
    request = {"args": [{}, {}], "kwargs": {}}
    publish_raw(probe.amqp_uri, "nameko-rpc", "probe.count_notes", request, serializer="json")
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 1)
    assert "no reply_to" in reasons(probe)[0]
    assert probe.notes() == 0


def test_a_dead_letter_is_replayed_once_its_cause_is_gone_or_discarded(probe: Probe) -> None:
    wrapped = probe.publish(NoteTold, district="110000", words="good")
    probe.eventually(lambda: probe.notes() == 1)
    for number in (1, 2):
        broken = wrapped | {"id": str(uuid.uuid4()), "data": {"words": number}}
        broken["data"] = {"words": number, "district": "110000"}
        probe.publish_envelope(NoteTold, broken)
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 2)
    first = dead_letters.list_dead_letters(probe.amqp_uri)[0]
    assert len(dead_letters.replay(probe.amqp_uri, first.event_id)) == 1
    probe.eventually(lambda: queue_length(probe.amqp_uri, DEAD_LETTERS) == 2)
    assert len(dead_letters.discard(probe.amqp_uri)) == 2
    assert queue_length(probe.amqp_uri, DEAD_LETTERS) == 0


def test_nothing_on_the_wire_is_readable_by_python_alone(probe: Probe) -> None:
    probe.call("write_note", {"words": "one"}, now=None)
    with probe.session() as session:
        from services.kernel.tables import outbox

        envelope = session.execute(outbox.select()).one().envelope
    assert "__type__" not in json.dumps(envelope)
    assert datetime.fromisoformat(envelope["time"]) > datetime.now(UTC) - timedelta(minutes=1)


def test_an_unknown_error_code_keeps_its_status_and_words() -> None:
    error = Error.from_wire({"code": "from_the_future", "status": 418, "message": "Tea."})
    assert (error.code, error.status, str(error)) == ("from_the_future", 418, "Tea.")
