"""Rating on the wire: parse, one transaction, decide, record."""

from dataclasses import fields
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from services.identity.contract import PolicyAdopted
from services.kernel.caller import Call
from services.kernel.policy import policy_at, save_policy
from services.kernel.service import Service, command, handles, query
from services.matching.contract import VisitCompleted
from services.rating import domain, storage
from services.rating.contract import (
    AlreadyRated,
    RateVisit,
    RatingAnswer,
    RatingGiven,
    ReputationChanged,
    ShowRating,
    ShowReputation,
)


VISIT = tuple(field.name for field in fields(domain.Visit))
GIVEN = tuple(name for name in RatingGiven().fields if name != "district")
ANSWER = tuple(RatingAnswer().fields)


def pick(facts: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: facts[name] for name in names}


class RatingService(Service):
    name = "rating"

    @handles(PolicyAdopted)
    def adopt_policy(self, session: Session, event: dict[str, Any], call: Call) -> None:
        save_policy(session, event["version"], event["effective_from"], event["values"])

    @handles(VisitCompleted)
    def keep_visit(self, session: Session, event: dict[str, Any], call: Call) -> None:
        storage.save_visit(session, domain.Visit(**pick(event, VISIT)))

    @command(RateVisit)
    def rate_visit(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        rated_by = domain.may_rate(call.caller, visit, request["channel"])
        domain.require_storable(request["words"])
        if storage.is_rated(session, visit.visit_id):
            raise AlreadyRated
        policy = domain.RatingPolicy.from_values(policy_at(session, call.now).values)
        domain.require_open(visit, call.now, policy)
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

    def _tell(self, session: Session, visit: domain.Visit, rating: domain.Rating) -> None:
        reputation = storage.lock_reputation(session, visit.volunteer_id).plus(rating.stars)
        storage.save_reputation(session, reputation)
        given = pick(vars(rating), GIVEN)
        self.record(session, RatingGiven, district=visit.district, **given)
        self.record(session, ReputationChanged, district=visit.district, **vars(reputation))

    @query(ShowRating)
    def show_rating(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        domain.signed_in(call.caller)
        domain.may_see_rating(call.caller, storage.find_visit(session, request["visit_id"]))
        rating = storage.find_rating(session, request["visit_id"])
        return pick(vars(rating), ANSWER)

    @query(ShowReputation)
    def show_reputation(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        domain.signed_in(call.caller)
        reputation = storage.find_reputation(session, request["person_id"])
        return {
            "person_id": reputation.volunteer_id,
            "ratings": reputation.ratings,
            "stars_sum": reputation.stars_sum,
            "average": reputation.average,
        }
