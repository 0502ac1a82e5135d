"""Coins stay held for a request or a place until the ledger is told how it ended."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import text

from services.matching import contract
from services.matching.contract import RequestState, SeatState
from services.matching.domain.activities import SEAT_MOVES
from services.matching.domain.states import MOVES
from tests.integration.conftest import Running


FINAL = frozenset(RequestState) - MOVES.keys()
FINAL_PLACES = frozenset(SeatState) - SEAT_MOVES.keys()
# What gives the coins of a request back, or pays them.
ENDINGS = (
    contract.RequestCancelled,
    contract.RequestRefused,
    contract.RequestExpired,
    contract.VisitNoShow,
    contract.VisitCompleted,
)
# What the ledger itself refused, and an activity whose elders pay, never had a hold.
ENDED = """
    select request_id as held_for from requests
    where state = any(:final) and (state <> 'refused' or refusal = 'review')
      and (not is_activity or request_id in
           (select request_id from activities where programme_id is not null))
    union all
    select seat_id from seats
    where state = any(:final_places) and state <> 'refused' and held_minutes > 0
"""
TOLD = """
    select envelope->'data'->>'request_id' from outbox
    where envelope->>'type' = any(:types)
"""


def ended_in_silence(matching: Running) -> set[str]:
    """The requests and places that have ended without a word to the ledger."""
    types: Iterable[Any] = (event.type for event in ENDINGS)
    names = {"final": [*map(str, FINAL)], "final_places": [*map(str, FINAL_PLACES)]}
    with matching.session() as session:
        ended = set(map(str, session.scalars(text(ENDED), names)))
        told = set(session.scalars(text(TOLD), {"types": list(types)}))
    return ended - told
