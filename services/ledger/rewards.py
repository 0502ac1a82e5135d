"""Points and rewards on the wire (S10): thanked, exchanged, picked up, given back, shown."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from services.kernel.calendar import CITY_TIME, city_date
from services.kernel.caller import Call
from services.kernel.contract import NotFound
from services.kernel.database import DatabaseEngine, transact
from services.kernel.ids import new_id
from services.kernel.paging import encode_cursor
from services.kernel.service import every, query, settings_of
from services.ledger import answers, domain, pick_up, storage
from services.ledger.contract import (
    AddReward,
    CancelExchange,
    ChangeReward,
    ExchangePoints,
    HandOverReward,
    ListExchanges,
    ListPickUps,
    ListPoints,
    ListRewards,
    ReturnReward,
    ShowExchange,
)
from services.ledger.domain import rights
from services.ledger.gathering import PostingService, posts, posts_on
from services.ledger.inquiries import person_for, sees_for
from services.ledger.journal import Answer, Submission
from services.rating.contract import RatingGiven


LAPSE_SECONDS = 60.0
MOST_LAPSES_A_TICK = 200


class Rewards(PostingService):
    """The part of the ledger that keeps points and what they are exchanged for."""

    @posts_on(RatingGiven)
    def thank_for_rating(self, event: dict[str, Any], call: Call) -> domain.Command:
        names = ("visit_id", "elder_id", "volunteer_id", "stars", "rated_by")
        facts = {name: event[name] for name in names}
        return domain.ThankForRating(**facts, month=month_of(event["occurred_at"]))

    # The catalogue

    @posts(AddReward)
    def add_reward(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.OfferReward(domain.Reward(new_id(), **request), call.caller)

    @posts(ChangeReward)
    def change_reward(self, request: dict[str, Any], call: Call) -> domain.Command:
        code, stock_added = request.pop("code"), request.pop("stock_added")
        return domain.AlterReward(code, call.caller, request, stock_added)

    @query(ListRewards)
    def list_rewards(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        rights.signed_in(call.caller)
        limit, after = request["limit"], answers.code_after(request["cursor"])
        which = request["district"], request["withdrawn"]
        found = storage.reward_page(session, *which, limit, after)
        return {
            "items": [domain.reward_answer(reward) for reward in found[:limit]],
            "next_cursor": encode_cursor(found[limit - 1].code) if len(found) > limit else None,
        }

    # Exchanges

    @posts(ExchangePoints)
    def exchange_points(self, request: dict[str, Any], call: Call) -> domain.Command:
        person_id = request.pop("person_id") or rights.signed_in(call.caller)
        return domain.ExchangeFor(new_id(), call.caller, person_id, **request)

    @posts(HandOverReward)
    def hand_over_reward(self, request: dict[str, Any], call: Call) -> domain.Command:
        exchange_id, typed = request["exchange_id"], request["pickup_code"]
        fits = pick_up.code_fits(settings_of(self), exchange_id, typed)
        return domain.HandOver(exchange_id, call.caller, fits)

    @posts(CancelExchange)
    def cancel_exchange(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.Cancel(caller=call.caller, **request)

    @posts(ReturnReward)
    def return_reward(self, request: dict[str, Any], call: Call) -> domain.Command:
        return domain.TakeBack(caller=call.caller, **request)

    @every(seconds=LAPSE_SECONDS, session=False)
    def lapse_exchanges(self, db: DatabaseEngine, call: Call) -> None:
        lapse_due(db.begin, self.posting.submit, call)

    @query(ShowExchange)
    def show_exchange(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.signed_in(call.caller)
        exchange = storage.find_exchange(session, request["exchange_id"])
        if exchange is None:
            raise NotFound("There is no such exchange.")
        person = storage.find_person(session, exchange.person_id)
        if not sees_for(session, exchange.person_id, call):
            domain.may_see_exchange(call.caller, exchange, person)
        code = None
        if domain.sees_code(call.caller, exchange, person):
            code = pick_up.code_of(settings_of(self), exchange.exchange_id)
        return domain.exchange_answer(exchange) | {"pickup_code": code}

    @query(ListExchanges)
    def list_exchanges(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        own_id = rights.signed_in(call.caller)
        person = person_for(session, request["person_id"] or own_id, call)
        limit, before = request["limit"], answers.exchange_before(request["cursor"])
        found = storage.exchange_page(session, person.person_id, limit, before)
        return exchanges_shown(found, limit)

    @query(ListPickUps)
    def list_pick_ups(
        self, session: Session, request: dict[str, Any], call: Call
    ) -> dict[str, Any]:
        rights.may_see_pick_ups(call.caller, request["street"])
        limit, after = request["limit"], answers.exchange_before(request["cursor"])
        return exchanges_shown(
            storage.pick_up_page(session, request["street"], limit, after), limit
        )

    # Points

    @query(ListPoints)
    def list_points(self, session: Session, request: dict[str, Any], call: Call) -> dict[str, Any]:
        person = person_for(session, request["person_id"], call)
        limit, before = request["limit"], answers.number_before(request["cursor"])
        found = storage.points_page(session, person.person_id, limit, before)
        return {
            "person_id": person.person_id,
            "points": storage.balance_of(session, domain.points(person.person_id)) or 0,
            "items": [answers.points_line(row) for row in found[:limit]],
            "next_cursor": encode_cursor(found[limit - 1].number) if len(found) > limit else None,
        }


def lapse_due(begin: Callable[[], Any], submit: Callable[[Submission], Answer], call: Call) -> None:
    """Each lapses once: replicas that find the same one decide about it under its lock."""
    due = transact(
        begin, lambda session: storage.due_exchanges(session, call.now, MOST_LAPSES_A_TICK)
    )
    for exchange_id in due:
        submit(Submission(domain.Lapse(exchange_id), call))


def exchanges_shown(found: list[domain.Exchange], limit: int) -> dict[str, Any]:
    more = len(found) > limit
    return {
        "items": [domain.exchange_answer(exchange) for exchange in found[:limit]],
        "next_cursor": encode_cursor(found[limit - 1].exchange_id) if more else None,
    }


def month_of(moment: datetime) -> datetime:
    """When the city's month of a moment began (UTC)."""
    first = city_date(moment).replace(day=1)
    return datetime.combine(first, time(), CITY_TIME).astimezone(UTC)
