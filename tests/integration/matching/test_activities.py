"""A class on the real stack: places held, led by a volunteer, paid in shares by who came."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import eventlet
import pytest
from sqlalchemy import text

from services.identity.contract import ClosingReason, PersonClosed, Role
from services.kernel.calendar import city_date
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden
from services.ledger.contract import HoldPlaced, HoldRefused, ProgrammeClosed, ProgrammeOpened
from services.matching import contract
from services.matching.storage import ProgrammeRow
from services.matching.tell_visits_again import tell_again
from tests.integration.conftest import Running
from tests.integration.matching.conftest import DISTRICT, NOW, PLACE, STREET, Town, person
from tests.integration.matching.days import Day
from tests.integration.matching.test_partings import is_closed


A_DAY = timedelta(days=1)
DAYS = iter(range(1, 50))


class Class:
    """A class in using a smartphone, at noon of a day of its own, for 3 to 5 elders."""

    def __init__(self, town: Town, elders: list[Caller], by: Caller | None = None, **changes: Any):
        self.town, self.elders = town, elders
        self.start = NOW + next(DAYS) * A_DAY + timedelta(hours=3)
        wish = {
            "street": STREET,
            "item_code": "smartphone-class",
            "starts_at": self.start.isoformat(),
            "ends_at": (self.start + timedelta(hours=2)).isoformat(),
            "minutes": 100,
            "place": PLACE | {"address": "社区活动室"},
            "smallest_places": 4,
            "largest_places": 5,
        }
        made = self.call("organise_activity", by or town.clerk, **wish | changes)
        self.request_id = made["request_id"]

    def call(self, operation: str, by: Caller, now: Any = NOW, **payload: Any) -> Any:
        return self.town.matching.call(operation, payload, by, now=now)

    def join(self, elder: Caller, by: Caller | None = None) -> str:
        facts = {"request_id": self.request_id, "elder_id": str(elder.person_id)}
        seen = self.call("join_activity", by or elder, **facts)
        mine = [seat for seat in seen["seats"] if seat["elder_id"] == str(elder.person_id)]
        return str(mine[-1]["seat_id"])

    def show(self) -> Any:
        return self.call("show_activity", self.town.clerk, request_id=self.request_id)

    def seat(self, seat_id: str) -> Any:
        return next(seat for seat in self.show()["seats"] if seat["seat_id"] == seat_id)

    def settle(self, event: Any, seat_id: str, state: str, **facts: Any) -> None:
        common = {"request_id": seat_id, "elder_id": uuid.uuid4(), "district": DISTRICT}
        self.town.matching.publish(event, **common, **facts)
        self.town.matching.eventually(lambda: self.seat(seat_id)["state"] == state)

    def hold(self, seat_id: str) -> None:
        self.settle(HoldPlaced, seat_id, "held", hold_id=uuid.uuid4(), minutes=25)

    def held(self, count: int) -> list[str]:
        seats = [self.join(elder) for elder in self.elders[:count]]
        for seat_id in seats:
            self.hold(seat_id)
        return seats

    def served(self, minutes: int, *absent: str) -> None:
        """The volunteer leads it from its start, marks who is not there, and leaves."""
        booking_id = self.town.accept(self.request_id)["booking_id"]
        self.town.check("in", booking_id, self.start)
        if absent:
            facts = {"request_id": self.request_id, "seat_ids": list(absent)}
            self.call("mark_absent", self.town.volunteer, self.start, **facts)
        ended = self.town.check("out", booking_id, self.start + timedelta(minutes=minutes))
        assert (ended["state"], ended["minutes"]) == ("completed", minutes)

    def told(self, event: Any) -> list[dict[str, Any]]:
        seats = {seat["seat_id"] for seat in self.show()["seats"]}
        return [e for e in self.town.matching.recorded(event) if e["request_id"] in seats]


@pytest.fixture(scope="module")
def town(running_throughout: Callable[..., Running]) -> Town:
    return Town(running_throughout("matching"))


@pytest.fixture(scope="module")
def elders(town: Town) -> list[Caller]:
    made = [person() for _ in range(6)]
    for elder in made:
        town.verify(elder, date(1948, 3, 1))
    return made


def test_an_activity_opens_when_enough_places_are_held(town: Town, elders: list[Caller]) -> None:
    lecture = Class(town, elders)
    lecture.held(3)
    assert lecture.show()["state"] == "submitted"
    with pytest.raises(contract.RequestNotOpen):
        town.accept(lecture.request_id)
    lecture.hold(lecture.join(elders[3]))
    assert lecture.show()["state"] == "open"
    asked = lecture.told(contract.RequestSubmitted)
    assert [each["minutes"] for each in asked] == [25] * 4
    assert {each["activity_id"] for each in asked} == {lecture.request_id}


def test_those_who_came_pay_shares_that_add_up_to_what_was_earned(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Class(town, elders)
    seats = lecture.held(5)
    lecture.served(93, seats[4])
    paid = {each["request_id"]: each for each in lecture.told(contract.VisitCompleted)}
    assert sorted(each["minutes"] for each in paid.values()) == [23, 23, 23, 24]
    assert set(paid) == set(seats[:4])
    assert len({each["visit_id"] for each in paid.values()}) == 4
    assert paid[seats[0]]["elder_id"] == str(elders[0].person_id)
    assert paid[seats[0]]["explanation"][-1]["rule"] == "share_of_group"
    (back,) = lecture.told(contract.RequestCancelled)
    assert (back["request_id"], back["reason"]) == (seats[4], "absent")
    assert lecture.seat(seats[4])["state"] == "absent"
    every = town.matching.recorded(contract.VisitCompleted)
    assert lecture.request_id not in {each["request_id"] for each in every}


def test_when_too_few_came_those_who_asked_first_pay_for_the_places_kept(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Class(town, elders)
    seats = lecture.held(5)
    lecture.served(100, *seats[1:])
    paid = {each["request_id"]: each["minutes"] for each in lecture.told(contract.VisitCompleted)}
    assert paid == dict.fromkeys(seats[:4], 25)
    assert lecture.seat(seats[4])["state"] == "absent"


def test_a_refused_place_is_free_again_and_no_more_join_than_there_are_places(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Class(town, elders)
    first = lecture.join(elders[0])
    with pytest.raises(contract.AlreadyJoined):
        lecture.join(elders[0])
    facts = {"reason": "insufficient_coins", "needed_minutes": 25, "spendable_minutes": 0}
    lecture.settle(HoldRefused, first, "refused", **facts)
    assert lecture.show()["places_left"] == 5
    asked = {"request_id": first}
    told = town.matching.call("explain_request", asked, elders[0], key=None)
    assert (told["state"], told["why"]) == ("refused", "insufficient_coins")
    assert "25 minutes were needed" in [step["en"] for step in told["steps"]]
    with pytest.raises(Forbidden):
        town.matching.call("explain_request", asked, elders[1], key=None)

    def joins(elder: Caller) -> bool:
        try:
            lecture.join(elder)
        except contract.NoPlaceLeft:
            return False
        return True

    threads = [eventlet.spawn(joins, elder) for elder in elders]
    assert sorted(thread.wait() for thread in threads) == [False, *[True] * 5]
    assert lecture.show()["places_left"] == 0


def test_when_too_few_are_left_it_is_cancelled_and_all_coins_go_back(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Class(town, elders)
    seats = lecture.held(4)
    booking_id = town.accept(lecture.request_id)["booking_id"]
    facts = {"request_id": lecture.request_id, "seat_id": seats[0], "reason": "发烧"}
    with pytest.raises(Forbidden):
        lecture.call("leave_activity", elders[1], **facts)
    left = lecture.call("leave_activity", elders[0], **facts)
    assert left["state"] == "cancelled"
    back = {each["request_id"] for each in lecture.told(contract.RequestCancelled)}
    assert back == set(seats)
    shown = town.matching.call("show_booking", {"booking_id": booking_id}, town.volunteer)
    assert shown["state"] == "cancelled"


def test_what_nobody_leads_expires_with_every_place(town: Town, elders: list[Caller]) -> None:
    lecture = Class(town, elders)
    seats = lecture.held(4)
    town.matching.call("sweep_due", {}, town.officer, key=None, now=lecture.start)
    assert {lecture.seat(seat)["state"] for seat in seats} == {"expired"}
    assert {each["request_id"] for each in lecture.told(contract.RequestExpired)} == set(seats)
    with pytest.raises(contract.WrongState):
        lecture.join(elders[4])


def test_nobody_leads_an_activity_they_have_a_place_in_and_only_the_agency_sees_all_places(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Class(town, elders)
    lecture.held(4)
    with pytest.raises((contract.OwnRequest, contract.NotAVolunteer)):
        town.accept(lecture.request_id, elders[0])
    seen = lecture.call("show_activity", elders[1], request_id=lecture.request_id)
    assert [seat["elder_id"] for seat in seen["seats"]] == [str(elders[1].person_id)]
    around = lecture.call("list_activities", town.other, area=DISTRICT)["items"]
    (listed,) = [item for item in around if item["request_id"] == lecture.request_id]
    assert (listed["places_left"], listed["seats"]) == (1, [])
    with pytest.raises(Forbidden):
        facts = {"request_id": lecture.request_id, "seat_ids": []}
        lecture.call("mark_absent", elders[1], **facts)
    with pytest.raises(contract.WrongState):
        edit = {"request_id": lecture.request_id, "version": 1, "note": "x"}
        lecture.call("edit_request", town.clerk, **edit)


def test_the_place_of_somebody_who_has_died_is_given_back(town: Town, elders: list[Caller]) -> None:
    gone = person()
    town.verify(gone, date(1940, 3, 1))
    lecture = Class(town, [*elders[:4], gone])
    seats = lecture.held(5)
    town.matching.publish(
        PersonClosed,
        person_id=gone.person_id,
        reason=ClosingReason.DEATH,
        closed_on=NOW.date(),
        closed_by=town.clerk.person_id,
        was_verified=True,
        district=DISTRICT,
    )
    town.matching.eventually(lambda: lecture.seat(seats[4])["state"] == "cancelled")
    assert lecture.show()["state"] == "open"
    (back,) = lecture.told(contract.RequestCancelled)
    assert back["request_id"] == seats[4]


def opened_programme(town: Town, district: str = DISTRICT) -> str:
    programme_id = uuid.uuid4()
    facts = {"name": "讲座", "purpose": "健康讲座", "ends_on": None, "opened_by": uuid.uuid4()}
    town.matching.publish(ProgrammeOpened, programme_id=programme_id, district=district, **facts)
    town.matching.eventually(lambda: programme_row(town, programme_id))
    return str(programme_id)


def programme_row(town: Town, programme_id: uuid.UUID) -> Any:
    with town.matching.session() as session:
        row = session.get(ProgrammeRow, programme_id)
        return row and {"is_closed": row.is_closed}


class Lecture(Class):
    """A class that a public programme pays for, of which the ledger has told."""

    def __init__(self, town: Town, elders: list[Caller], by: Caller | None = None, **changes: Any):
        self.programme_id = opened_programme(town)
        super().__init__(town, elders, programme_id=self.programme_id, **changes)

    def held(self, count: int) -> list[str]:
        return [self.join(elder) for elder in self.elders[:count]]

    def answered(self, event: Any, **facts: Any) -> None:
        who = {"elder_id": self.programme_id, "programme_id": self.programme_id}
        common = {"request_id": self.request_id, "district": DISTRICT}
        self.town.matching.publish(event, **common, **who, **facts)

    def fund(self, state: str) -> None:
        self.answered(HoldPlaced, hold_id=uuid.uuid4(), minutes=100)
        self.town.matching.eventually(lambda: self.show()["state"] == state)

    def of_itself(self, event: Any) -> list[dict[str, Any]]:
        every = self.town.matching.recorded(event)
        return [each for each in every if each["request_id"] == self.request_id]


def test_a_programme_holds_once_for_everybody_and_a_place_needs_no_coins(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Lecture(town, elders)
    (asked,) = lecture.of_itself(contract.RequestSubmitted)
    assert (asked["minutes"], asked["programme_id"]) == (100, lecture.programme_id)
    assert asked["elder_id"] == lecture.programme_id
    seats = lecture.held(3)
    assert [lecture.seat(seat)["state"] for seat in seats] == ["held"] * 3
    lecture.fund("submitted")
    lecture.join(elders[3])
    assert lecture.show()["state"] == "open"
    first_held = Lecture(town, elders)
    first_held.held(4)
    assert first_held.show()["state"] == "submitted"
    first_held.fund("open")
    assert lecture.told(contract.RequestSubmitted) == []


def test_a_lecture_is_paid_once_and_everybody_who_came_is_told_to_rating(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Lecture(town, elders)
    seats = lecture.held(5)
    lecture.fund("open")
    lecture.served(93, *seats[3:])
    (paid,) = lecture.of_itself(contract.VisitCompleted)
    assert (paid["minutes"], paid["programme_id"]) == (93, lecture.programme_id)
    assert lecture.told(contract.VisitCompleted) == []
    assert lecture.told(contract.RequestCancelled) == []
    there = {each["request_id"]: each for each in lecture.told(contract.ActivityAttended)}
    assert set(there) == set(seats[:3])
    assert len({each["visit_id"] for each in there.values()} | {paid["visit_id"]}) == 4
    assert {each["activity_id"] for each in there.values()} == {lecture.request_id}
    assert there[seats[0]]["elder_id"] == str(elders[0].person_id)
    states = [lecture.seat(seat)["state"] for seat in seats]
    assert states == ["attended", "attended", "attended", "absent", "absent"]


def test_a_lecture_with_too_few_left_or_refused_by_the_ledger_gives_all_back_by_one_word(
    town: Town, elders: list[Caller]
) -> None:
    lecture = Lecture(town, elders)
    seats = lecture.held(4)
    lecture.fund("open")
    leaving = {"request_id": lecture.request_id, "seat_id": seats[0], "reason": "ill"}
    lecture.call("leave_activity", elders[0], **leaving)
    assert lecture.show()["state"] == "cancelled"
    (told,) = lecture.of_itself(contract.RequestCancelled)
    assert told["reason"] == "too_few_left"
    assert lecture.told(contract.RequestCancelled) == []
    poor = Lecture(town, elders)
    seats = poor.held(2)
    why = {"reason": "insufficient_programme", "needed_minutes": 100, "spendable_minutes": 40}
    poor.answered(HoldRefused, **why)
    town.matching.eventually(lambda: poor.show()["state"] == "refused")
    assert poor.show()["refusal"] == "insufficient_programme"
    assert [poor.seat(seat)["state"] for seat in seats] == ["cancelled", "cancelled"]
    with pytest.raises(contract.WrongState):
        poor.join(elders[3])


def test_a_programme_of_another_district_or_closed_or_unheard_of_pays_for_nothing(
    town: Town, elders: list[Caller]
) -> None:
    closed = opened_programme(town)
    ended = {"returned_minutes": 0, "reason": "over", "closed_by": uuid.uuid4()}
    town.matching.publish(ProgrammeClosed, programme_id=closed, district=DISTRICT, **ended)
    town.matching.eventually(lambda: programme_row(town, uuid.UUID(closed))["is_closed"])
    for programme_id in (opened_programme(town, "110101"), closed, str(uuid.uuid4())):
        with pytest.raises(contract.NoSuchProgramme):
            Class(town, elders, programme_id=programme_id)


def test_an_officer_of_the_district_organises_what_it_pays_for_and_nothing_else(
    town: Town, elders: list[Caller]
) -> None:
    clerk = town.clerk
    officer = Caller(uuid.uuid4(), (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
    elsewhere = Caller(uuid.uuid4(), (RoleIn(Role.DISTRICT_OFFICER, "110101"),))
    town.clerk = officer
    try:
        lecture = Lecture(town, elders)
        (seat,) = lecture.held(1)
        assert lecture.seat(seat)["state"] == "held"
        with pytest.raises(Forbidden):
            Class(town, elders)
        town.clerk = elsewhere
        with pytest.raises(Forbidden):
            Class(town, elders, programme_id=lecture.programme_id)
    finally:
        town.clerk = clerk


def test_a_class_outlives_the_account_of_the_clerk_who_announced_it(
    town: Town, elders: list[Caller]
) -> None:
    clerk = person(STREET, RoleIn(Role.AGENCY_CLERK, STREET))
    town.verify(clerk, date(1985, 3, 1))
    lecture = Class(town, elders, by=clerk)
    lecture.held(4)
    facts = {"reason": ClosingReason.LEAVING, "closed_on": NOW.date(), "closed_by": clerk.person_id}
    town.matching.publish(
        PersonClosed, person_id=clerk.person_id, was_verified=True, district=DISTRICT, **facts
    )
    town.matching.eventually(lambda: is_closed(town, clerk))
    shown = lecture.show()
    assert (shown["state"], shown["address"]) == ("open", "社区活动室")
    assert [seat["state"] for seat in shown["seats"]] == ["held"] * 4
    lecture.served(93)


def test_completed_visits_are_told_once_more_word_for_word(
    town: Town, elders: list[Caller]
) -> None:
    """One elder's, those of a class whose shares were paid, and a programme's lecture."""
    day = Day(town)
    alone = day.served()
    lecture, funded = Class(town, elders), Lecture(town, elders)
    lecture.served(93, lecture.held(5)[4])
    funded.held(5)
    funded.fund("open")
    funded.served(93)
    first = town.matching.recorded(contract.VisitCompleted)
    assert alone["visit_id"] in {each["visit_id"] for each in first}
    days = [city_date(datetime.fromisoformat(each["started_at"])) for each in first]
    shown: list[date] = []
    told = tell_again(
        town.matching.session, min(days), max(days), lambda day, _: shown.append(day), size=2
    )
    again = town.matching.recorded(contract.VisitCompleted)[len(first) :]
    assert told == len(again) == len(first) >= 6
    assert sorted(map(str, again)) == sorted(map(str, first))
    assert shown == sorted(shown) and shown[-1] == max(days)
    with town.matching.session() as session:
        ids = session.scalars(text("select event_id from outbox")).all()
    assert len(set(ids)) == len(ids), "a reader's inbox lets each through"
    only = tell_again(town.matching.session, city_date(day.start), city_date(day.start), print)
    assert only == days.count(city_date(day.start))
