"""S8: a relative whom the elder lets rate does so on the platform, as the elder would."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.contract import ConsentEnd, ConsentGiven, ConsentRevoked, Scope
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest
from services.rating.contract import NotTheElder, RatingGiven
from services.rating.storage.tables_powers import PowerRow
from tests.integration.rating.conftest import SOON, STREET, Rating, Visit


def consent(rating: Rating, visit: Visit, agent: Caller, scope: Scope) -> dict[str, Any]:
    facts = {
        "consent_id": uuid4(),
        "elder_id": visit.elder.person_id,
        "agent_id": agent.person_id,
        "district": STREET[:6],
    }
    given = facts | {"scopes": [scope], "until": SOON + timedelta(hours=1)}
    rating.publish(ConsentGiven, **given, given_by=visit.elder.person_id)
    rating.eventually(lambda: is_ended(rating, facts) is False)
    return facts


def is_ended(rating: Rating, facts: dict[str, Any]) -> bool | None:
    with rating.session() as session:
        row = session.get(PowerRow, facts["consent_id"])
        return row.is_ended if row else None


def test_s8_a_relative_rates_for_the_elder_who_let_them(rating: Rating) -> None:
    visit = rating.visit()
    child, son = Caller(uuid4()), Caller(uuid4())
    consent(rating, visit, son, Scope.REQUESTS)
    given = consent(rating, visit, child, Scope.RATING)
    consent(rating, visit, visit.volunteer, Scope.RATING)
    for caller, changes, refusal in (
        (son, {}, NotTheElder),
        (visit.volunteer, {}, NotTheElder),
        (child, {"channel": "phone_call"}, InvalidRequest),
        (child, {"now": SOON + timedelta(hours=1)}, NotTheElder),
    ):
        with pytest.raises(refusal):
            rating.rate(visit, caller, **changes)
    assert rating.rate(visit, child)["rated_by"] == str(child.person_id)
    assert [event["rated_by"] for event in rating.recorded(RatingGiven)] == [str(child.person_id)]
    shown = {"visit_id": str(visit.visit_id)}
    assert rating.call("show_rating", shown, child, now=SOON)["stars"] == 5

    end = given | {"reason": ConsentEnd.REVOKED, "revoked_by": visit.elder.person_id}
    rating.publish(ConsentRevoked, **end)
    rating.eventually(lambda: is_ended(rating, given))
    with pytest.raises(Forbidden):
        rating.call("show_rating", shown, child, now=SOON)
