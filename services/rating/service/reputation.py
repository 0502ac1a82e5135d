"""Reputation on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import query
from services.rating import domain, storage
from services.rating.contract import ShowReputation
from services.rating.service.base import Facts, RatingPart


class Reputations(RatingPart):
    @query(ShowReputation)
    def show_reputation(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        reputation = storage.find_reputation(session, request["person_id"])
        return {
            "person_id": reputation.volunteer_id,
            "ratings": reputation.ratings,
            "stars_sum": reputation.stars_sum,
            "average": reputation.average,
        }
