"""Families before the running service: who claims, who confirms, what is told of it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.identity.contract import KinshipConfirmed, KinshipEnded
from services.kernel.caller import Caller
from tests.integration.identity.conftest import Identity
from tests.unit.identity.numbers import make_id_number


PAPER = {"paper": "household_register"}


def born(identity: Identity, year: int, **changes: Any) -> UUID:
    """Somebody verified, born in that year."""
    number = make_id_number(date(year, 1, 1), next(identity.numbers))
    return identity.verified(id_number=number, **changes)


def generations(identity: Identity, count: int) -> list[UUID]:
    """The youngest first, each 25 years younger than the next."""
    return [born(identity, 2005 - 25 * step) for step in range(count)]


def claim(identity: Identity, caller: Caller, person: UUID, relative: UUID, relation: str) -> str:
    payload = {"person_id": str(person), "relative_id": str(relative), "relation": relation}
    return str(identity.call("claim_kinship", payload, caller)["kinship_id"])


def confirm(identity: Identity, caller: Caller, kinship_id: str, **paper: str) -> Any:
    return identity.call("confirm_kinship", {"kinship_id": kinship_id} | paper, caller)


def confirmed(identity: Identity, person: UUID, relative: UUID, relation: str = "parent") -> str:
    """Claimed by the one, confirmed by the other."""
    kinship_id = claim(identity, Caller(person), person, relative, relation)
    confirm(identity, Caller(relative), kinship_id)
    return kinship_id


def end(identity: Identity, kinship_id: str, reason: str = "recorded_wrongly") -> Any:
    payload = {"kinship_id": kinship_id, "reason": reason, "note": "Shown at the desk"}
    return identity.call("end_kinship", payload, identity.clerk)


def told(identity: Identity, *people: UUID) -> dict[tuple[str, str], str]:
    """What a service that keeps pairs knows of these people, by what it was told in order."""
    with identity.service.session() as session:
        from sqlalchemy import select

        from services.kernel.tables import outbox

        rows = session.execute(select(outbox.c.envelope).order_by(outbox.c.position))
        envelopes = [row[0] for row in rows]
    kin: dict[str, tuple[tuple[str, str], str]] = {}
    for envelope in envelopes:
        data = envelope["data"]
        if envelope["type"] == KinshipConfirmed.type:
            assert data["kinship_id"] not in kin, "told twice"
            pair = (data["person_id"], data["relative_id"])
            kin[data["kinship_id"]] = (pair, data["relation"])
        elif envelope["type"] == KinshipEnded.type:
            del kin[data["kinship_id"]]
    concerned = set(map(str, people))
    return {pair: relation for pair, relation in kin.values() if concerned >= set(pair)}
