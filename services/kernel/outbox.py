"""An event is a row written in the transaction of the change it tells of."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from marshmallow import ValidationError
from sqlalchemy import insert
from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.contract import Event
from services.kernel.tables import outbox
from services.kernel.wire import plain


SPEC_VERSION = "1.0"


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
    schema = event()
    unknown = set(facts) - set(schema.fields)
    if unknown:
        raise BadEvent(f"{event.type} has no {', '.join(sorted(unknown))}")
    data = plain(schema.dump(facts))
    try:
        schema.load(data)
    except ValidationError as error:
        raise BadEvent(f"{event.type}: {error.normalized_messages()}") from error
    wrapped = {
        "specversion": SPEC_VERSION,
        "id": str(uuid4()),
        "source": f"/timebank/{event.source}",
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


def record(
    session: Session,
    event: type[Event],
    call: Call,
    demonstration_clock: bool = False,
    **facts: Any,
) -> None:
    """Promise the event to the world, if and when the transaction commits."""
    wrapped = envelope(event, facts, call.now, call.correlation_id, demonstration_clock)
    session.execute(
        insert(outbox).values(
            event_id=wrapped["id"],
            exchange=exchange_name(event.source),
            routing_key=event.routing_key(wrapped["data"]["district"]),
            envelope=wrapped,
        )
    )
