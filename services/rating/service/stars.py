"""Stars on the wire."""

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.policy import policy_of_version
from services.kernel.service import query
from services.rating import domain, storage, words
from services.rating.contract import ShowStars
from services.rating.domain.explaining import Step, highest_steps, star_steps
from services.rating.domain.stars import Star, Way, way_to_next
from services.rating.service.base import Facts, RatingPart, star_rules_at
from services.rating.storage import stars


class Stars(RatingPart):
    @query(ShowStars)
    def show_stars(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        person_id, policy = request["person_id"], star_rules_at(session, call)
        reached = stars.stars_of(session, person_id)
        minutes = stars.minutes_served(session, person_id)
        reputation = storage.find_reputation(session, person_id)
        way = way_to_next(minutes, reputation, {each.star for each in reached}, policy)
        return {
            "person_id": person_id,
            "stars": reached[-1].star if reached else 0,
            "minutes": minutes,
            "reached": [shown(each) | {"steps": why(session, each)} for each in reached],
            "next_star": way.star,
            "minutes_left": way.minutes_left,
            "reputation_needed": way.reputation_needed,
            "policy_version": policy.version,
            "steps": told(steps_of_way(way, minutes, reputation, policy)),
            **words.way_in_words(way),
        }


def shown(star: Star) -> Facts:
    names = ("star", "hours", "minutes", "reached_at", "policy_version")
    return {name: getattr(star, name) for name in names} | words.star_name(star.star)


def why(session: Session, star: Star) -> list[Facts]:
    """By the version of the policy that gave it, and by what the volunteer had then."""
    policy = policy_of_version(session, star.policy_version)
    rules = domain.StarPolicy.from_values(policy.version, policy.values)
    had = (star.minutes, star.ratings, star.stars_sum)
    return told(star_steps(star.star, star.hours, *had, rules))


def steps_of_way(
    way: Way, minutes: int, reputation: domain.Reputation, policy: domain.StarPolicy
) -> list[Step]:
    if way.star is None:
        return highest_steps(minutes, policy)
    has = (minutes, reputation.ratings, reputation.stars_sum)
    return star_steps(way.star, policy.hours[way.star - 1], *has, policy)


def told(steps: list[Step]) -> list[Facts]:
    return [words.step_in_words(step) for step in steps]
