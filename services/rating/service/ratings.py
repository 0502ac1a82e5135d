"""Ratings on the wire."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy.orm import Session

from services.kernel.caller import Call
from services.kernel.service import command, query
from services.rating import domain, storage
from services.rating.contract import (
    AnswerRating,
    EditRating,
    RateVisit,
    RatingAnswer,
    RatingAnswered,
    RatingEdited,
    RatingGiven,
    RatingVersion,
    ReputationChanged,
    ShowRating,
)
from services.rating.domain.rights import require_volunteer
from services.rating.service.base import Facts, RatingPart, pick, rules_at
from services.rating.storage import stars


GIVEN = tuple(name for name in RatingGiven().fields if name != "district")
VERSION = tuple(RatingVersion().fields)
WORD = ("words", "answered_at", "policy_version")
ANSWER = tuple(name for name in RatingAnswer().fields if name not in ("state", "former", "answer"))


class Ratings(RatingPart):
    @command(RateVisit)
    def rate_visit(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        for_elder = self._is_agent(session, visit, call)
        domain.may_rate(call.caller, visit, request["channel"], for_elder)
        domain.require_storable(request["words"])
        self._rate(session, visit, request, call)
        return self._shown(session, visit, call)

    def _rate(
        self, session: Session, visit: domain.Visit, said: Facts, call: Call
    ) -> domain.Rating:
        """The first word on a visit, which counts from now on."""
        policy = rules_at(session, call)
        self._move(session, visit, call, policy, domain.Act.RATE)
        rating = domain.Rating(
            rating_id=uuid4(),
            elder_id=visit.elder_id,
            volunteer_id=visit.volunteer_id,
            rated_by=domain.signed_in(call.caller),
            rated_at=call.now,
            policy_version=policy.version,
            **said,
        )
        stars.lock_served(session, visit.volunteer_id)
        storage.add_rating(session, rating)
        self.record(session, RatingGiven, district=visit.district, **pick(vars(rating), GIVEN))
        reputation = storage.lock_reputation(session, visit.volunteer_id).plus(rating.stars)
        self._count(session, visit, reputation, 1, rating.stars, call)
        return rating

    @command(EditRating)
    def edit_rating(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        for_elder = self._is_agent(session, visit, call)
        rated_by = domain.may_rate(call.caller, visit, request["channel"], for_elder)
        domain.require_storable(request["words"])
        # Whoever edits at the same time waits here, and then sees what was said meanwhile.
        stars.lock_served(session, visit.volunteer_id)
        policy = rules_at(session, call)
        self._move(session, visit, call, policy, domain.Act.EDIT)
        former = storage.rated_versions(session, visit.visit_id)[-1]
        rating = replace(
            former,
            **request,
            version=former.version + 1,
            rated_by=rated_by,
            rated_at=call.now,
            policy_version=policy.version,
        )
        storage.add_rating(session, rating)
        said = pick(vars(rating), GIVEN)
        said |= {"version": rating.version, "former_stars": former.stars}
        self.record(session, RatingEdited, district=visit.district, **said)
        kept = storage.lock_reputation(session, visit.volunteer_id)
        reputation = kept.instead(former.stars, rating.stars)
        self._count(session, visit, reputation, 0, rating.stars - former.stars, call)
        return self._shown(session, visit, call)

    def _count(
        self,
        session: Session,
        visit: domain.Visit,
        reputation: domain.Reputation,
        ratings: int,
        stars_more: int,
        call: Call,
    ) -> None:
        where = domain.Where(visit.category, visit.district)
        storage.save_reputation(session, reputation)
        storage.change_part(session, visit.volunteer_id, where, ratings, stars_more)
        self.record(session, ReputationChanged, district=visit.district, **vars(reputation))
        self._award(session, visit.volunteer_id, visit.district, call)

    @command(AnswerRating)
    def answer_rating(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        require_volunteer(call.caller, visit)
        domain.require_storable(request["words"])
        policy = rules_at(session, call)
        self._move(session, visit, call, policy, domain.Act.ANSWER)
        rating = storage.rated_versions(session, visit.visit_id)[-1]
        said = rating.rating_id, visit.visit_id, request["words"], call.now
        reply = domain.Reply(*said, policy.version)
        storage.add_reply(session, reply)
        names = ("rating_id", "visit_id", "elder_id", "volunteer_id")
        facts = pick(vars(rating), names) | {"policy_version": policy.version}
        self.record(session, RatingAnswered, district=visit.district, **facts)
        return self._shown(session, visit, call)

    @query(ShowRating)
    def show_rating(self, session: Session, request: Facts, call: Call) -> Facts:
        domain.signed_in(call.caller)
        visit = storage.find_visit(session, request["visit_id"])
        if not self._is_agent(session, visit, call):
            domain.may_see_rating(call.caller, visit)
        return self._shown(session, visit, call)

    def _move(
        self,
        session: Session,
        visit: domain.Visit,
        call: Call,
        policy: domain.RatingPolicy,
        act: domain.Act,
    ) -> domain.State:
        """The state after the act; raises what refuses it."""
        state = self._state(session, visit, call, policy)
        return domain.moved(state, act, domain.closed_for(visit, policy, act))

    def _state(
        self, session: Session, visit: domain.Visit, call: Call, policy: domain.RatingPolicy
    ) -> domain.State:
        is_rated = bool(storage.versions_of(session, visit.visit_id))
        is_answered = storage.find_reply(session, visit.visit_id) is not None
        return domain.state_at(visit, is_rated, is_answered, call.now, policy)

    def _shown(self, session: Session, visit: domain.Visit, call: Call) -> Facts:
        """The newest version and those before it; a wish to complain is not the volunteer's."""
        versions = storage.rated_versions(session, visit.visit_id)
        if call.caller.person_id == visit.volunteer_id:
            versions = [replace(each, wants_to_complain=None) for each in versions]
        reply = storage.find_reply(session, visit.visit_id)
        policy = rules_at(session, call)
        return pick(vars(versions[-1]), ANSWER) | {
            "state": domain.state_at(visit, True, reply is not None, call.now, policy),
            "former": [pick(vars(each), VERSION) for each in versions[:-1]],
            "answer": pick(vars(reply), WORD) if reply else None,
        }
