"""Which commands and events were done before, by set; and that these are done now."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from services.kernel.bulk import insert_columns, texts, unnested
from services.kernel.wire import encoded
from services.ledger.storage.accounts import Overtaken


KEY_TYPES = {"caller": "text", "key": "text", "fingerprint": "text", "answer": "json"}
DELIVERY_TYPES = {"handler": "text", "event_id": "uuid"}
FIND_KEYS = text(
    "select caller, key, fingerprint, answer from idempotency_keys"
    f" join {unnested((('caller', 'text'), ('key', 'text')))} using (caller, key)"
)
FIND_DELIVERIES = text(
    "select handler, event_id from inbox"
    f" join {unnested((('handler', 'text'), ('event_id', 'uuid')))} using (handler, event_id)"
)


class Key(NamedTuple):
    """An idempotency key: keys of different callers never meet."""

    caller: str
    key: str


class Delivery(NamedTuple):
    """An event as one handler gets it."""

    handler: str
    event_id: UUID


class Answered(NamedTuple):
    """What a key was used for, and what was answered, in JSON's own types."""

    fingerprint: str
    answer: Mapping[str, Any]


def find_answers(session: Session, keys: Collection[Key]) -> dict[Key | Delivery, Answered]:
    if not keys:
        return {}
    columns = {"caller": [each.caller for each in keys], "key": [each.key for each in keys]}
    return {
        Key(row.caller, row.key): Answered(row.fingerprint, row.answer)
        for row in session.execute(FIND_KEYS, columns)
    }


def find_handled(session: Session, deliveries: Collection[Delivery]) -> set[Delivery]:
    if not deliveries:
        return set()
    columns = {
        "handler": [each.handler for each in deliveries],
        "event_id": texts([each.event_id for each in deliveries]),
    }
    found = session.execute(FIND_DELIVERIES, columns)
    return {Delivery(row.handler, row.event_id) for row in found}


def keep_answers(session: Session, answers: Mapping[Key, Answered]) -> None:
    """Raises Overtaken when another process answered one of them meanwhile."""
    if not answers:
        return
    rows = sorted(answers.items(), key=lambda item: (item[0].caller, item[0].key))
    columns: dict[str, Sequence[Any]] = {
        "caller": [key.caller for key, _ in rows],
        "key": [key.key for key, _ in rows],
        "fingerprint": [answered.fingerprint for _, answered in rows],
        "answer": [encoded(answered.answer) for _, answered in rows],
    }
    ending = "on conflict do nothing"
    kept = insert_columns(session, "idempotency_keys", KEY_TYPES, columns, ending)
    if kept.rowcount != len(rows):
        raise Overtaken


def keep_deliveries(session: Session, deliveries: Collection[Delivery]) -> None:
    """Raises Overtaken when another process handled one of them meanwhile."""
    if not deliveries:
        return
    rows = sorted(deliveries, key=lambda each: (each.handler, each.event_id))
    columns: dict[str, Sequence[Any]] = {
        "handler": [each.handler for each in rows],
        "event_id": texts([each.event_id for each in rows]),
    }
    ending = "on conflict do nothing"
    kept = insert_columns(session, "inbox", DELIVERY_TYPES, columns, ending)
    if kept.rowcount != len(rows):
        raise Overtaken
