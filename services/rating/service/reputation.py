"""Reputation on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.policy import policy_at
from services.kernel.service import query
from services.rating import domain, storage
from services.rating.contract import RecountReputation, ShowReputation
from services.rating.domain.reputation import added_up, count_anew, grouped
from services.rating.domain.rights import require_recounter
from services.rating.domain.stars import total_minutes
from services.rating.service.base import Facts, RatingPart
from services.rating.storage import stars


class Reputations(RatingPart):
    @query(ShowReputation)
    def show_reputation(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        policy = policy_at(session, call.now)
        shrinkage = domain.Shrinkage.from_values(policy.values)
        person_id = request["person_id"]
        parts = storage.parts_of(session, person_id)
        return {
            "person_id": person_id,
            "policy_version": policy.version,
            **shown(storage.find_reputation(session, person_id), shrinkage),
            **{
                f"by_{field}": [
                    {"code": code, **shown(part, shrinkage)}
                    for code, part in grouped(person_id, parts, field).items()
                ]
                for field in ("category", "district")
            },
        }

    @query(RecountReputation)
    def recount_reputation(self, session: Session, request: Facts, call: Call) -> Facts:
        require_recounter(call.caller)
        person_id = request["person_id"]
        kept, parts = (
            storage.find_reputation(session, person_id),
            storage.parts_of(session, person_id),
        )
        counted_parts = count_anew(storage.counted_of(session, person_id))
        counted = added_up(person_id, counted_parts.values())
        minutes = stars.minutes_served(session, person_id)
        counted_minutes = total_minutes(stars.served_visits(session, person_id))
        return {
            "person_id": person_id,
            "equal": (kept, parts, minutes) == (counted, counted_parts, counted_minutes),
            "ratings": kept.ratings,
            "stars_sum": kept.stars_sum,
            "counted_ratings": counted.ratings,
            "counted_stars_sum": counted.stars_sum,
            "minutes": minutes,
            "counted_minutes": counted_minutes,
        }


def shown(reputation: domain.Reputation, shrinkage: domain.Shrinkage) -> Facts:
    return {
        "ratings": reputation.ratings,
        "stars_sum": reputation.stars_sum,
        "average": reputation.average,
        "shrunken": reputation.shrunken(shrinkage),
    }
