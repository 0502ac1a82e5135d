"""Ratings on the wire."""

from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity.contract import Scope
from services.kernel.caller import Call
from services.kernel.service import command, query
from services.rating import domain, storage
from services.rating.contract import (
    AlreadyRated,
    RateVisit,
    RatingAnswer,
    RatingGiven,
    ReputationChanged,
    ShowRating,
)
from services.rating.domain.powers import is_agent
from services.rating.service.base import Facts, RatingPart, pick, rules_at


GIVEN = tuple(name for name in RatingGiven().fields if name != "district")
ANSWER = tuple(RatingAnswer().fields)


class Ratings(RatingPart):
    @command(RateVisit)
    def rate_visit(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        for_elder = self._is_agent(session, visit, call)
        rated_by = domain.may_rate(call.caller, visit, request["channel"], for_elder)
        domain.require_storable(request["words"])
        if storage.is_rated(session, visit.visit_id):
            raise AlreadyRated
        domain.require_open(visit, call.now, rules_at(session, call))
        rating = domain.Rating(
            rating_id=uuid4(),
            elder_id=visit.elder_id,
            volunteer_id=visit.volunteer_id,
            rated_by=rated_by,
            rated_at=call.now,
            **request,
        )
        storage.add_rating(session, rating)
        self._tell(session, visit, rating)
        return pick(vars(rating), ANSWER)

    def _is_agent(self, session: Session, visit: domain.Visit, call: Call) -> bool:
        """Whether the elder lets the caller rate, or the caller is the elder's guardian."""
        powers = storage.powers_over(session, visit.elder_id, call.caller.person_id)
        return is_agent(powers, Scope.RATING, call.now)

    def _tell(self, session: Session, visit: domain.Visit, rating: domain.Rating) -> None:
        reputation = storage.lock_reputation(session, visit.volunteer_id).plus(rating.stars)
        storage.save_reputation(session, reputation)
        given = pick(vars(rating), GIVEN)
        self.record(session, RatingGiven, district=visit.district, **given)
        self.record(session, ReputationChanged, district=visit.district, **vars(reputation))

    @query(ShowRating)
    def show_rating(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        if not self._is_agent(session, visit, call):
            domain.may_see_rating(call.caller, visit)
        rating = storage.find_rating(session, request["visit_id"])
        return pick(vars(rating), ANSWER)
