"""Stages of selections: one organisation that has served, led by the volunteer."""

from dataclasses import replace
from functools import cache
from typing import Any

from services.identity.contract import Role
from services.kernel.caller import Caller
from services.kernel.contract import CITY_AREA
from tests.integration.rating.conftest import CLERK
from tests.integration.rating.selecting import (
    AFTER,
    CLOSES,
    DISTRICT,
    OPENED,
    Organisation,
    Selecting,
    holder,
)
from tests.integration.rights.rating.cast import Cast
from tests.integration.rights.stages import Scene, stage


UNTIL = {"voting_until": CLOSES.replace(day=30).isoformat()}


class Served:
    """What all selections here are about; each row opens one of its own."""

    def __init__(self, cast: Cast):
        self.cast = cast
        self.selecting = Selecting(cast)
        self.selecting.jury[0] = CLERK
        self.its: Organisation = self.selecting.organisation("晨光志愿队")
        self.selecting.join(self.its, cast.volunteer, is_lead=True)
        self.selecting.serve(self.its, 5, 4, 5)

    def scene(self, its: dict[str, Any], now: Any = OPENED, **payload: Any) -> Scene:
        about = {"selection_id": str(its["selection_id"])} | payload
        return replace(self.cast.scene(**about), now=now)

    @property
    def winner(self) -> list[str]:
        return [str(self.its.organisation_id)]

    def voted(self) -> dict[str, Any]:
        voting = self.selecting.voting()
        for member in self.selecting.jury:
            self.selecting.vote(voting, member, *self.winner)
        return voting

    def decided(self) -> dict[str, Any]:
        its = self.voted()
        self.selecting.decide(its, *self.winner)
        return its

    def announced(self) -> dict[str, Any]:
        its = self.decided()
        self.selecting.do("announce_selection", its, now=AFTER)
        return its

    def shortlisted(self, with_jury: bool = True) -> dict[str, Any]:
        its = self.selecting.open()
        if with_jury:
            self.selecting.appoint(its)
        self.selecting.do("shortlist_selection", its)
        return its


@cache
def served(cast: Cast) -> Served:
    return Served(cast)


def opening(area: str) -> dict[str, Any]:
    return {
        "kind": "organisation",
        "area": area,
        "from_date": "2026-01-01",
        "until_date": "2026-06-30",
        "title_zh": "优秀组织",
        "title_en": "Excellent organisations",
        "winners": 1,
    }


@stage("rating", "open_selection of the district")
def open_selection(cast: Cast) -> Scene:
    served(cast)
    return replace(cast.scene(**opening(DISTRICT)), now=OPENED)


@stage("rating", "open_selection of the city")
def open_selection_of_the_city(cast: Cast) -> Scene:
    return replace(cast.scene(**opening(CITY_AREA)), now=OPENED)


@stage("rating", "appoint_jury")
def appoint_jury(cast: Cast) -> Scene:
    its = served(cast)
    members = [str(each.person_id) for each in its.selecting.jury]
    return its.scene(its.selecting.open(), member_ids=members)


@stage("rating", "nominate_candidate")
def nominate_candidate(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.open(), candidate_id=its.winner[0], reason="雪天也不停")


@stage("rating", "shortlist_selection")
def shortlist_selection(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.open())


@stage("rating", "shortlist_selection before the end of the period")
def shortlist_selection_early(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.open(until_date="2026-12-31"))


@stage("rating", "start_voting")
def start_voting(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.shortlisted(), **UNTIL)


@stage("rating", "start_voting without a jury")
def start_voting_without_a_jury(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.shortlisted(with_jury=False), **UNTIL)


@stage("rating", "cast_vote")
def cast_vote(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.voting(), candidate_ids=its.winner)


@stage("rating", "cast_vote of the clerk")
def cast_vote_of_the_clerk(cast: Cast) -> Scene:
    its = served(cast)
    clerk = holder(Role.AGENCY_CLERK, "110105001")
    its.selecting.join(its.its, clerk)
    opened = its.selecting.open()
    members = [str(each.person_id) for each in (clerk, *its.selecting.jury)]
    its.selecting.do("appoint_jury", opened, member_ids=members)
    its.selecting.do("shortlist_selection", opened)
    its.selecting.do("start_voting", opened, **UNTIL)
    return acted_by(its.scene(opened, candidate_ids=its.winner), "clerk", clerk)


@stage("rating", "cast_vote after the end")
def cast_vote_late(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.voting(), AFTER, candidate_ids=its.winner)


@stage("rating", "extend_voting")
def extend_voting(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.voting(), AFTER, **UNTIL)


@stage("rating", "extend_voting while it goes on")
def extend_voting_early(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.voting(), **UNTIL)


@stage("rating", "decide_selection")
def decide_selection(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.voted(), AFTER, winner_ids=its.winner)


@stage("rating", "decide_selection while it goes on")
def decide_selection_early(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.voted(), winner_ids=its.winner)


@stage("rating", "decide_selection of the officer")
def decide_selection_of_the_officer(cast: Cast) -> Scene:
    officer = holder(Role.DISTRICT_OFFICER, DISTRICT)
    served(cast).selecting.join(served(cast).its, officer)
    return acted_by(decide_selection(cast), "district", officer)


@stage("rating", "decide_selection of a member")
def decide_selection_of_a_member(cast: Cast) -> Scene:
    its = served(cast)
    officer = holder(Role.DISTRICT_OFFICER, DISTRICT)
    opened = its.selecting.open()
    members = [str(each.person_id) for each in (officer, *its.selecting.jury)]
    its.selecting.do("appoint_jury", opened, member_ids=members)
    its.selecting.do("shortlist_selection", opened)
    its.selecting.do("start_voting", opened, voting_until=CLOSES.isoformat())
    return acted_by(its.scene(opened, AFTER, winner_ids=its.winner), "district", officer)


@stage("rating", "announce_selection")
def announce_selection(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.decided(), AFTER)


@stage("rating", "cancel_selection")
def cancel_selection(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.open(), reason="下半年再办")


@stage("rating", "cancel_selection that is announced")
def cancel_selection_late(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.announced(), AFTER, reason="下半年再办")


@stage("rating", "show_selection")
def show_selection(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.selecting.voting())


@stage("rating", "list_selections")
def list_selections(cast: Cast) -> Scene:
    return replace(cast.scene(area=DISTRICT), now=OPENED)


@stage("rating", "recount_selection")
def recount_selection(cast: Cast) -> Scene:
    return show_selection(cast)


@stage("rating", "show_announcement")
def show_announcement(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.announced())


@stage("rating", "show_announcement before its time")
def show_announcement_early(cast: Cast) -> Scene:
    its = served(cast)
    return its.scene(its.decided())


@stage("rating", "list_announcements")
def list_announcements(cast: Cast) -> Scene:
    return list_selections(cast)


def acted_by(scene: Scene, persona: str, person: Caller) -> Scene:
    return replace(scene, people={**scene.people, persona: person})
