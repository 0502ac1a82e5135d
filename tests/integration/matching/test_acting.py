"""A relative acts for an elder by the elder's consent; a court's guardian acts without (S15)."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.identity.contract import (
    ConsentEnd,
    ConsentGiven,
    ConsentRevoked,
    GuardianshipConfirmed,
    GuardianshipEnd,
    GuardianshipEnded,
    GuardianshipKind,
    Scope,
)
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden
from services.matching.contract import GuardianshipRequired
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, Town, person


UNTIL = NOW + timedelta(days=1)


@pytest.fixture
def town(lasting: Running) -> Town:
    """Other people for each test, of whom nothing is known yet."""
    return Town(lasting)


def consent(town: Town, agent: Caller, *scopes: Scope) -> dict[str, Any]:
    facts = {
        "consent_id": uuid.uuid4(),
        "elder_id": town.elder.person_id,
        "agent_id": agent.person_id,
        "district": DISTRICT,
    }
    given = facts | {"scopes": scopes, "until": UNTIL, "given_by": town.elder.person_id}
    town.matching.publish(ConsentGiven, **given)
    town.matching.eventually(lambda: is_known(town, "consents", facts["consent_id"]))
    return facts


def revoke(town: Town, facts: dict[str, Any]) -> None:
    end = facts | {"reason": ConsentEnd.REVOKED, "revoked_by": town.elder.person_id}
    town.matching.publish(ConsentRevoked, **end)
    town.matching.eventually(lambda: is_known(town, "consents", facts["consent_id"], ended=True))


def is_known(town: Town, table: str, its_id: Any, ended: bool = False) -> bool:
    with town.matching.session() as session:
        query = f"select is_ended from {table} where {table[:-1]}_id = :id"
        return session.scalar(text(query), {"id": its_id}) is ended


def test_an_agent_does_for_the_elder_what_the_elder_let_them_do(town: Town) -> None:
    daughter, son = person(), person()
    with pytest.raises(Forbidden):
        town.submit(by=daughter)
    consent(town, son, Scope.RATING, Scope.SEE_WALLET)
    given = consent(town, daughter, Scope.REQUESTS)
    with pytest.raises(Forbidden):
        town.submit(by=son)

    request_id = town.submit(by=daughter)
    for who, sees in ((daughter, True), (town.elder, True)):
        seen = town.matching.call("show_request", {"request_id": request_id}, who, now=NOW)
        assert seen["submitted_by"] == str(daughter.person_id)
        assert (seen["address"] is not None) is sees
    of_elder = {"elder_id": str(town.elder.person_id)}
    assert town.matching.call("list_requests", of_elder, daughter, now=NOW)["items"]
    with pytest.raises(Forbidden):
        town.matching.call("list_requests", of_elder, son, now=NOW)
    with pytest.raises(Forbidden):
        town.matching.call("show_request", {"request_id": request_id}, son, now=NOW)

    with pytest.raises(Forbidden):
        town.submit(by=daughter, now=UNTIL, start=UNTIL + timedelta(hours=4))
    revoke(town, given)
    cancel = {"request_id": request_id, "reason": "not needed"}
    for former in (daughter, son):
        with pytest.raises(Forbidden):
            town.matching.call("cancel_request", cancel, former, now=NOW)
    consent(town, son, Scope.REQUESTS)
    assert town.matching.call("cancel_request", cancel, son, now=NOW)["state"] == "cancelled"


def test_a_consent_whose_end_comes_first_never_begins(town: Town) -> None:
    daughter = person()
    facts = {
        "consent_id": uuid.uuid4(),
        "elder_id": town.elder.person_id,
        "agent_id": daughter.person_id,
        "district": DISTRICT,
    }
    revoke(town, facts)
    given = facts | {"scopes": [Scope.REQUESTS], "until": UNTIL, "given_by": facts["elder_id"]}
    town.matching.publish(ConsentGiven, **given)
    consent(town, person(), Scope.REQUESTS)
    with pytest.raises(Forbidden):
        town.submit(by=daughter)


def test_a_courts_guardian_acts_until_the_guardianship_ends(town: Town) -> None:
    guardian = person()
    facts = {
        "guardianship_id": uuid.uuid4(),
        "ward_id": town.elder.person_id,
        "guardian_id": guardian.person_id,
        "kind": GuardianshipKind.ADULT,
        "district": DISTRICT,
    }
    town.matching.publish(GuardianshipConfirmed, **facts, confirmed_by=town.clerk.person_id)
    its_id = facts["guardianship_id"]
    town.matching.eventually(lambda: is_known(town, "guardianships", its_id))
    assert town.state(town.submit(by=guardian)) == "submitted"
    end = facts | {"reason": GuardianshipEnd.COURT_RULING, "ended_by": town.clerk.person_id}
    town.matching.publish(GuardianshipEnded, **end)
    town.matching.eventually(lambda: is_known(town, "guardianships", its_id, ended=True))
    with pytest.raises(Forbidden):
        town.submit(by=guardian)


def test_s1_a_pupil_books_only_while_a_guardianship_is_confirmed(town: Town) -> None:
    pupil = person()
    town.verify(pupil, date(2011, 3, 1))
    request_id = town.opened()
    with pytest.raises(GuardianshipRequired):
        town.accept(request_id, pupil)
    its_id = town.confirm_guardian(pupil, town.other.person_id)
    end = {
        "guardianship_id": its_id,
        "ward_id": pupil.person_id,
        "guardian_id": town.other.person_id,
        "kind": GuardianshipKind.MINOR,
        "reason": GuardianshipEnd.REPLACED,
        "ended_by": None,
        "district": DISTRICT,
    }
    town.matching.publish(GuardianshipEnded, **end)
    town.matching.eventually(lambda: not town.is_led(pupil))
    with pytest.raises(GuardianshipRequired):
        town.accept(request_id, pupil)
    town.confirm_guardian(pupil, town.volunteer.person_id)
    assert town.accept(request_id, pupil)["state"] == "accepted"
