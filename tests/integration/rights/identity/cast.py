"""Who stands before identity: the staff, and for each scene a family of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.identity.bulk import NewKinship, load_kinships
from services.identity.contract import Relation
from services.kernel import outbox
from services.kernel.caller import Call, Caller
from tests.integration.identity.conftest import NOW, STREET, Identity
from tests.integration.rights.stages import Scene
from tests.unit.identity.numbers import make_id_number


def born(identity: Identity, year: int) -> str:
    return make_id_number(date(year, 1, 1), next(identity.numbers))


def staff_of(identity: Identity) -> dict[str, Caller]:
    return {
        "resident": Caller(identity.verified()),
        "clerk": identity.clerk,
        "clerk elsewhere": identity.officer("agency_clerk", "110105002"),
        "district": identity.district,
        "district elsewhere": identity.officer("district_officer", "110101"),
        "city": identity.city,
        "operator": identity.officer("operator", "110000"),
    }


@dataclass(frozen=True)
class Family:
    """A verified elder with two confirmed children, one of whom may act for the elder."""

    elder: UUID
    relative: UUID
    agent: UUID
    consent_id: str
    secrets: Mapping[str, Any]

    @property
    def people(self) -> Mapping[str, Caller]:
        return {
            "oneself": Caller(self.elder),
            "relative": Caller(self.relative),
            "agent": Caller(self.agent),
        }

    def scene(self, **payload: Any) -> Scene:
        return Scene(payload, NOW, self.people, self.secrets)


def family(identity: Identity) -> Family:
    elder, *children = (
        identity.new_person(street=STREET, id_number=born(identity, year))
        for year in (1950, 1975, 1978)
    )
    identity.load(elder, *children)

    def record(session: Any, event: Any, **facts: Any) -> None:
        outbox.record(session, event, Call(now=NOW), **facts)

    kinships = [
        NewKinship(uuid4(), child.person_id, elder.person_id, Relation.PARENT, uuid4())
        for child in children
    ]
    with identity.session() as session:
        load_kinships(session, kinships, NOW, record)
    secrets = {"phone": elder.phone, "id_number": elder.id_number}
    relative, agent = (child.person_id for child in children)
    consent = {
        "elder_id": str(elder.person_id),
        "agent_id": str(agent),
        "scopes": ["requests", "rating", "see_wallet"],
        "until": (NOW + timedelta(days=30)).isoformat(),
    }
    given = identity.call("give_consent", consent, Caller(elder.person_id))
    return Family(elder.person_id, relative, agent, given["consent_id"], secrets)


def pupil_and_guardian(identity: Identity) -> dict[str, Any]:
    """What a pupil is registered with; the guardian is verified."""
    guardian = identity.verified(id_number=born(identity, 1980))
    return {
        "id_number": born(identity, 2011),
        "school": "No. 4 School",
        "guardian_id": guardian,
    }
