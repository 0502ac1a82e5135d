"""What callers are shown: personal data masked unless it is their own."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.identity.contract import Declaration, SpecialGroup
from services.identity.domain.consent import shown_state as state_of_consent
from services.identity.domain.family import Tie, by_marriage, generations
from services.identity.domain.guardianship import shown_state as state_of_guardianship
from services.identity.domain.id_number import mask_id_number
from services.identity.domain.kinship import DERIVED, Kinship, KinshipState
from services.identity.domain.people import Person
from services.identity.domain.phones import mask_phone
from services.identity.domain.verification import Step, word_key
from services.identity.storage.kinships import kinship_from
from services.identity.storage.people import Private
from services.identity.storage.tables import KinshipRow
from services.identity.storage.tables_acting import ConsentRow, GuardianshipRow
from services.identity.words import next_step


def person(
    person: Person,
    private: Private,
    groups: Iterable[SpecialGroup],
    missing: Iterable[Declaration] = (),
    to_self: bool = False,
) -> dict[str, Any]:
    """One person's record; only they themselves see their whole phone number.

    The answers to commands are kept for repeats, so they are masked whoever asks.
    """
    phone = private.phone
    return {
        "person_id": person.person_id,
        "state": person.state,
        "name": person.name,
        "document": person.document,
        "id_number": mask_id_number(private.id_number) if private.id_number else None,
        "phone": phone if to_self or phone is None else mask_phone(phone),
        "birth_date": person.birth_date,
        "district": person.district,
        "street": person.street,
        "willing_and_healthy": person.willing_and_healthy,
        "school": person.school,
        "guardian_id": person.guardian_id,
        "special_groups": list(groups),
        "missing_declarations": list(missing),
    }


def verification(person: Person, step: Step) -> dict[str, Any]:
    """How far somebody's verification is, and what comes next, in words."""
    return {
        "person_id": person.person_id,
        "state": person.state,
        "since": step.at,
        "way": step.way,
        "reason": step.reason,
        "words": step.words,
        "next_step": next_step(word_key(step)),
    }


def kinship(row: KinshipRow, seen_from: UUID) -> dict[str, Any]:
    """A kinship as one of the two would tell it."""
    seen = kinship_from(row).seen_from(seen_from)
    return {
        "kinship_id": row.kinship_id,
        **told(seen),
        "state": row.state,
        "confirmed_way": row.confirmed_way,
        "paper": row.paper,
        "end_reason": row.end_reason,
    }


def told(kinship: Kinship) -> dict[str, Any]:
    return {
        **vars(kinship),
        "generations": generations(kinship.relation),
        "by_marriage": by_marriage(kinship.relation),
    }


def tie(tie: Tie, seen_from: UUID) -> dict[str, Any]:
    """What is known of two people, be it confirmed or derived from what is."""
    return {
        "kinship_id": tie.kinship_id,
        **told(tie.kinship.seen_from(seen_from)),
        "state": DERIVED if tie.is_derived else KinshipState.CONFIRMED,
    }


def tie_with_path(shown: Tie, seen_from: UUID) -> dict[str, Any]:
    """The same with the confirmed kinships that say so, in the order of the way up."""
    path = [
        {
            "kinship_id": edge.kinship_id,
            **told(edge.kinship),
            "state": KinshipState.CONFIRMED,
        }
        for edge in shown.path
    ]
    return tie(shown, seen_from) | {"path": path}


def guardianship(row: GuardianshipRow, ward: Person, today: date, adult_age: int) -> dict[str, Any]:
    return {
        "guardianship_id": row.guardianship_id,
        "ward_id": row.ward_id,
        "guardian_id": row.guardian_id,
        "kind": row.kind,
        "state": state_of_guardianship(row.state, row.kind, ward, today, adult_age),
        "confirmed_way": row.confirmed_way,
        "paper": row.paper,
        "end_reason": row.end_reason,
    }


def consent(row: ConsentRow, now: datetime) -> dict[str, Any]:
    return {
        "consent_id": row.consent_id,
        "elder_id": row.elder_id,
        "agent_id": row.agent_id,
        "scopes": row.scopes,
        "until": row.until,
        "state": state_of_consent(row.state, row.until, now),
        "given_at": row.given_at,
        "given_by": row.given_by,
        "paper_reference": row.paper_reference,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason,
    }
