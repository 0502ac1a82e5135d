"""Who was at an activity that a programme paid for rates it; nobody rates it as a whole."""

from uuid import uuid4

import pytest

from services.kernel.caller import Caller
from services.kernel.contract import NotFound
from services.matching.contract import ActivityAttended
from tests.integration.rating.conftest import ENDED, STREET, Rating, Visit


def test_each_elder_who_was_there_rates_once_and_who_paid_does_not(rating: Rating) -> None:
    volunteer, programme = Caller(uuid4()), Caller(uuid4())
    whole = Visit(uuid4(), programme, volunteer)
    rating.tell_visit(whole, programme_id=programme.person_id)
    visits = [Visit(uuid4(), Caller(uuid4()), volunteer) for _ in range(2)]
    for visit in visits:
        rating.publish(
            ActivityAttended,
            now=ENDED,
            district=STREET[:6],
            visit_id=visit.visit_id,
            request_id=uuid4(),
            activity_id=uuid4(),
            programme_id=programme.person_id,
            booking_id=uuid4(),
            elder_id=visit.elder.person_id,
            volunteer_id=volunteer.person_id,
            started_at=ENDED,
            ended_at=ENDED,
            street=STREET,
        )
    rating.eventually(lambda: all(rating.knows(visit.visit_id) for visit in visits))
    for visit, stars in zip(visits, (5, 4), strict=True):
        rating.rate(visit, stars=stars)
    with pytest.raises(NotFound):
        rating.rate(whole)
    assert rating.reputation(volunteer)["stars_sum"] == 9
