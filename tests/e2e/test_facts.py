"""The facts of the plan, each over HTTP on the real processes, under its number."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import policies, story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage
from services.identity.contract import Relation, SpecialGroup
from services.matching.contract import Category


HOME, SAME_DISTRICT, ELSEWHERE = "110105001", "110105002", "110106001"


def soon(hours: int = 0) -> datetime:
    return story.daytime(hours)


def elder_with_coins(stage: Stage, minutes: int = 240, street: str = HOME, age: int = 75) -> Person:
    elder = story.register_and_verify(stage, age, street)
    story.approve_special_group(stage, elder, SpecialGroup.ECONOMIC_HARDSHIP, "低保证")
    story.grant(stage, elder, minutes, "低保老人")
    return story_until(stage, elder, granted_minutes=minutes)


def story_until(stage: Stage, person: Person, **minutes: int) -> Person:
    story.until_coins(stage, person, **minutes)
    return person


def volunteer(stage: Stage, street: str = HOME, age: int = 30) -> Person:
    return story.register_and_verify(stage, age, street)


def served(
    stage: Stage,
    minutes: int,
    street: str = HOME,
    age: int = 30,
    starts_at: datetime | None = None,
) -> Person:
    """A volunteer who has earned so many minutes."""
    worker, elder = volunteer(stage, street, age), elder_with_coins(stage)
    request = story.publish(stage, elder, starts_at or soon(), minutes)
    story.complete_visit(stage, worker, request, minutes)
    return story_until(stage, worker, earned_minutes=minutes)


def refusal(code: str, call: Any, *arguments: Any, **named: Any) -> Problem:
    """The problem with which a call is refused; it must be this one."""
    with pytest.raises(Problem) as refused:
        call(*arguments, **named)
    assert refused.value.code == code, refused.value
    return refused.value


def test_s1_an_adult_opens_an_account_and_a_clerk_verifies_it(stage: Stage) -> None:
    person = story.register(stage, 30, HOME)
    token = story.log_in(stage.client, person.phone, stage.password)
    path = f"/v1/people/{person.person_id}"
    assert stage.client.get(path, token)["state"] == "unverified"
    refusal(
        "forbidden",
        stage.client.post,
        f"{path}/verification",
        {"card_seen": True},
        stage.clerk(ELSEWHERE),
    )
    story.verify(stage, person)
    assert stage.client.get(path, token)["state"] == "verified"


def test_s1_a_pupil_needs_a_guardian_to_register_and_to_serve(stage: Stage) -> None:
    guardian = volunteer(stage, age=45)
    alone = story.fresh_details(stage, 16, stage.population.city.street(HOME))
    refusal("guardian_required", stage.client.post, "/v1/people", alone)
    pupil = story.register_and_verify(
        stage, 16, HOME, school="示范中学", guardian_id=guardian.person_id
    )
    request = story.publish(stage, elder_with_coins(stage), soon(), 60)
    booking = story.accept(stage, pupil, request)
    begin = datetime.fromisoformat(request["starts_at"])
    where = story.position(request)
    refusal("guardian_absent", story.check_in, stage, pupil, booking, where, begin)
    assert story.check_in(stage, pupil, booking, where, begin, guardian=guardian)


def test_s2_an_hour_of_service_is_a_coin_in_the_volunteers_account(stage: Stage) -> None:
    worker = served(stage, 60)
    wallet = story.wallet(stage, worker)
    assert (wallet["earned_minutes"], wallet["coins"]) == (60, "1")
    line = story.statement(stage, worker)[-1]
    assert (line["kind"], line["minutes"], line["balance_minutes"]) == ("post", 60, 60)
    assert line["policy_version"] == 1


def test_s3_coins_earned_in_one_district_are_redeemed_in_another(stage: Stage) -> None:
    saver = served(stage, 90, street=ELSEWHERE, age=65)
    request = story.publish(stage, saver, soon(), 60, place=saver.place | {"latitude": 39.9087})
    assert request["state"] == "open"
    helper = volunteer(stage, HOME)
    story.complete_visit(stage, helper, request, 60)
    story.until_coins(stage, saver, earned_minutes=30, held_minutes=0)


def test_s4_from_sixty_on_the_holder_redeems_for_the_same_length_of_service(stage: Stage) -> None:
    young = served(stage, 60)
    refusal("not_yet_elder", story.publish, stage, young, soon(), 60)
    old = served(stage, 60, age=61)
    request = story.publish(stage, old, soon(), 60)
    story.until_coins(stage, old, earned_minutes=0, held_minutes=60)
    story.complete_visit(stage, volunteer(stage), request, 60)
    story.until_coins(stage, old, earned_minutes=0, held_minutes=0)


def test_s5_coins_are_given_to_a_lineal_relative_and_to_nobody_else(stage: Stage) -> None:
    child, parent = served(stage, 120), story.register_and_verify(stage, 70, HOME)
    stranger = story.register_and_verify(stage, 70, HOME)
    refusal("not_kin", story.give, stage, child, stranger, 60)
    story.become_kin(stage, child, parent, Relation.PARENT)
    story.give_to_kin(stage, child, parent, 90)
    story.until_coins(stage, parent, gifted_minutes=90)
    story.until_coins(stage, child, earned_minutes=30)
    refusal("insufficient_coins", story.give, stage, child, parent, 31)
    request = story.publish(stage, parent, soon(), 90)
    assert request["state"] == "open"


def test_s6_there_are_eight_categories_and_each_can_be_asked_for(stage: Stage) -> None:
    items = stage.client.get("/v1/categories")["items"]
    assert [item["category"] for item in items] == list(Category)
    elder = elder_with_coins(stage, 15 * len(items))
    for item in items:
        request = story.publish(stage, elder, soon(), 15, category=item["category"])
        assert (request["state"], request["category"]) == ("open", item["category"])


def test_s7_check_in_and_check_out_record_the_time_of_the_service(stage: Stage) -> None:
    worker, elder = volunteer(stage), elder_with_coins(stage)
    request = story.publish(stage, elder, soon(), 120)
    booking = story.accept(stage, worker, request)
    begin = datetime.fromisoformat(request["starts_at"])
    where = story.position(request)
    refusal("not_checked_in", story.check_out, stage, worker, booking, where, begin)
    away = where | {"latitude": where["latitude"] + 0.1}
    assert refusal("too_far", story.check_in, stage, worker, booking, away, begin).status == 409
    story.check_in(stage, worker, booking, where, begin)
    visit = story.check_out(stage, worker, booking, where, begin + timedelta(minutes=95))
    assert visit["minutes"] == 95
    assert visit["started_at"] == begin.isoformat()
    story.until_coins(stage, worker, earned_minutes=95)
    story.until_coins(stage, elder, granted_minutes=240 - 95, held_minutes=0)


def test_s8_the_elder_rates_the_visit_once_or_the_agency_does_it_for_them(stage: Stage) -> None:
    worker, elder = volunteer(stage), elder_with_coins(stage)
    first = story.complete_visit(stage, worker, story.publish(stage, elder, soon(), 60), 60)
    clock = datetime.fromisoformat(first["ended_at"]) + timedelta(hours=1)
    story.rate(stage, elder, first, 5, "很好", clock)
    refusal("already_rated", story.rate, stage, elder, first, 1, "", clock)
    second = story.complete_visit(stage, worker, story.publish(stage, elder, soon(6), 60), 60)
    path = f"/v1/visits/{second['visit_id']}/rating"
    refusal("not_the_elder", story.rate, stage, worker, second, 5, "", clock)
    by_phone = {"stars": 4, "channel": "phone_call", "words": "电话回访"}
    clock += timedelta(hours=6)
    stage.client.post(path, by_phone, stage.clerk(HOME), clock)
    shown = story.reputation(stage, worker)
    assert (shown["ratings"], shown["average"]) == (2, "4.5")


def test_s9_the_coins_that_open_a_care_home_are_counted_by_the_policy(stage: Stage) -> None:
    worker = served(stage, 120)
    path = f"/v1/people/{worker.person_id}/admission"
    shown = stage.client.get(path, worker.token)
    assert (shown["counted_minutes"], shown["needed_minutes"]) == (120, 600_000)
    assert shown["eligible"] is False
    second = policies.second_city_officer(stage, HOME)
    begins = datetime(2035, 1, 1, tzinfo=UTC)
    version = policies.change_policy(stage, second, begins, care_home={"coins_needed": 2})
    later = datetime(2035, 1, 2, tzinfo=UTC)

    def look() -> dict[str, Any] | None:
        seen = stage.client.get(path, worker.token, later)
        return seen if seen["policy_version"] == version else None

    assert story.until(look, "the next policy")["eligible"] is True
    assert stage.client.get(path, worker.token)["policy_version"] == 1


def test_s14_a_verified_elder_publishes_and_the_nearest_volunteers_see_it(stage: Stage) -> None:
    elder, worker = elder_with_coins(stage), volunteer(stage)
    request = story.publish(stage, elder, soon(), 60)
    shown = story.nearby(stage, worker)
    metres = [item["distance_metres"] for item in shown]
    assert metres == sorted(metres)
    mine = next(item for item in shown if item["request_id"] == request["request_id"])
    assert mine["address"] is None
    booking = story.accept(stage, worker, request)
    assert booking["address"] == elder.address
    other = volunteer(stage)
    refusal("request_not_open", story.accept, stage, other, request)
    unverified = story.register(stage, 30, HOME)
    token = story.log_in(stage.client, unverified.phone, stage.password)
    path = f"/v1/requests/{request['request_id']}/acceptance"
    refusal("person_not_verified", stage.client.post, path, {}, token)


def test_s14_a_request_without_coins_is_refused_and_holds_nothing(stage: Stage) -> None:
    poor = story.register_and_verify(stage, 70, HOME)
    problem = refusal("insufficient_coins", story.publish, stage, poor, soon(), 60)
    assert problem.status == 409
    wallet = story.wallet(stage, poor)
    assert (wallet["total_minutes"], wallet["held_minutes"]) == (0, 0)


def test_s15_the_agency_does_it_all_for_an_elder_without_a_phone(stage: Stage) -> None:
    clerk = stage.clerk(HOME)
    details = story.fresh_details(stage, 82, stage.population.city.street(HOME))
    details |= {"phone": None, "password": None}
    answer = stage.client.post("/v1/people", details, clerk)
    elder_id = answer["person_id"]
    stage.client.post(f"/v1/people/{elder_id}/verification", {"card_seen": True}, clerk)
    elder = Person(
        elder_id, details["name"], "", HOME, details["address"], **details["home"], token=clerk
    )
    story.wait_until_known(stage, elder)
    story.approve_special_group(stage, elder, SpecialGroup.DEMENTIA, "诊断证明")
    story.grant(stage, elder, 120, "失智老人")
    story.until_coins(stage, elder, granted_minutes=120)
    request = story.publish(stage, elder, soon(), 60)
    assert request["submitted_by"] != elder_id
    worker = volunteer(stage)
    visit = story.complete_visit(stage, worker, request, 60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    path = f"/v1/visits/{visit['visit_id']}/rating"
    body = {"stars": 5, "channel": "home_visit"}
    rated = story.until(
        lambda: stage.client.post(path, body, clerk, clock), "a rating", "not_found"
    )
    assert rated["channel"] == "home_visit"


def test_s16_a_district_grants_coins_from_its_budget_to_special_groups(stage: Stage) -> None:
    elder = story.register_and_verify(stage, 80, HOME)
    before = story.budget(stage, elder.district)
    refusal("not_in_special_group", story.grant_at_once, stage, elder, 60, "x")
    story.approve_special_group(stage, elder, SpecialGroup.ECONOMIC_HARDSHIP, "低保证")
    story.grant(stage, elder, 600, "经济困难")
    story.until_coins(stage, elder, granted_minutes=600)
    assert story.budget(stage, elder.district) == before - 600
    too_much = {"person_id": elder.person_id, "minutes": before, "reason": "x"}
    officer = stage.district_officer(elder.district)
    refusal("insufficient_budget", stage.client.post, "/v1/grants", too_much, officer)
    other = stage.district_officer(ELSEWHERE[:6])
    refusal("forbidden", stage.client.post, "/v1/grants", too_much | {"minutes": 1}, other)
    kin = story.register_and_verify(stage, 62, HOME)
    refusal("not_kin", story.give, stage, elder, kin, 60)


def test_granted_coins_pay_for_service_and_for_nothing_else(stage: Stage) -> None:
    parent = story.register_and_verify(stage, 85, HOME)
    child = elder_with_coins(stage, age=62)
    story.become_kin(stage, child, parent, Relation.PARENT)
    story.until(
        lambda: refusal_code(stage, child, parent) == "insufficient_coins" or None, "the kinship"
    )
    assert story.wallet(stage, child)["granted_minutes"] == 240


def refusal_code(stage: Stage, giver: Person, receiver: Person) -> str:
    with pytest.raises(Problem) as refused:
        story.give(stage, giver, receiver, 60)
    return refused.value.code


def test_the_ledger_is_in_balance_after_all_of_this(stage: Stage) -> None:
    shown = story.trial_balance(stage)
    assert shown["total_minutes"] == 0
    assert sum(line["amount"] for line in shown["items"]) == 0
    issued = next(line["amount"] for line in shown["items"] if line["kind"] == "issuance")
    assert shown["supply_minutes"] == -issued >= 16 * 60_000
