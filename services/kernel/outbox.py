"""An event is a row written in the transaction of the change it tells of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, missing
from sqlalchemy.orm import Session

from services.kernel.bulk import insert_columns
from services.kernel.caller import Call
from services.kernel.contract import Event, shared
from services.kernel.ids import new_id
from services.kernel.wire import encoded, plain


# Fields that take any value of the type; for others the reader's own check is asked.
SURE = {fields.UUID: UUID, fields.String: str, fields.Integer: int}
SPEC_VERSION = "1.0"
SOURCE_PREFIX = "/timebank/"
OUTBOX_TYPES = {
    "event_id": "uuid",
    "exchange": "text",
    "routing_key": "text",
    "envelope": "json",
}


class BadEvent(Exception):
    """Our own event breaks its contract: a bug, never the caller's fault."""


def exchange_name(source: str) -> str:
    return f"{source}.events"


def envelope(
    event: type[Event],
    facts: dict[str, Any],
    now: datetime,
    correlation_id: str = "",
    demonstration_clock: bool = False,
) -> dict[str, Any]:
    """The event in a CloudEvents 1.0 envelope, as plain JSON.

    Raises BadEvent when a reader would refuse it.
    """
    data = plain(facts)
    check(event, facts, data)
    wrapped = {
        "specversion": SPEC_VERSION,
        "id": str(new_id()),
        "source": SOURCE_PREFIX + event.source,
        "type": event.type,
        "subject": str(data[event.subject]),
        "time": plain(now),
        "datacontenttype": "application/json",
        "correlationid": correlation_id,
        "data": data,
    }
    if demonstration_clock:
        wrapped["demonstrationclock"] = True
    return wrapped


def check(event: type[Event], facts: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Raise BadEvent for facts that a reader would miss or refuse."""
    known = shared(event).fields
    unknown = facts.keys() - known.keys()
    if unknown:
        raise BadEvent(f"{event.type} has no {', '.join(sorted(unknown))}")
    for name, field in known.items():
        if type(facts.get(name)) is SURE.get(type(field)) and not field.validators:
            continue
        try:
            field.deserialize(data.get(name, missing), name, data)
        except ValidationError as error:
            raise BadEvent(f"{event.type}: {name}: {error.messages}") from error


def record(
    session: Session,
    event: type[Event],
    call: Call,
    demonstration_clock: bool = False,
    **facts: Any,
) -> None:
    """Promise the event to the world, if and when the transaction commits."""
    wrapped = envelope(event, facts, call.now, call.correlation_id, demonstration_clock)
    record_all(session, [wrapped])


def record_all(session: Session, envelopes: Sequence[dict[str, Any]]) -> None:
    """Promise several events, in their order."""
    if not envelopes:
        return
    columns = {
        "event_id": [wrapped["id"] for wrapped in envelopes],
        "exchange": [exchange_name(source_of(wrapped)) for wrapped in envelopes],
        "routing_key": [routing_key_of(wrapped) for wrapped in envelopes],
        "envelope": [encoded(wrapped) for wrapped in envelopes],
    }
    insert_columns(session, "outbox", OUTBOX_TYPES, columns)


def source_of(wrapped: dict[str, Any]) -> str:
    return str(wrapped["source"]).removeprefix(SOURCE_PREFIX)


def routing_key_of(wrapped: dict[str, Any]) -> str:
    return f"{wrapped['type']}.{wrapped['data']['district']}"
