"""What years of service bring, over HTTP on the real processes: a care home (S9), rewards (S10)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import policies, story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, served, soon, volunteer


DISTRICT = HOME[:6]
FAR = datetime(2045, 1, 2, tzinfo=UTC)


def few_coins_needed(stage: Stage) -> None:
    """A policy far in the future by which two coins open a care home."""
    second = policies.second_city_officer(stage, HOME)
    begins = datetime(2045, 1, 1, tzinfo=UTC)
    policies.change_policy(stage, second, begins, care_home={"coins_needed": 2})


def known_homes(stage: Stage) -> dict[str, Any]:
    """The district's care homes as the ledger knows them, with what is free in each."""
    answer = stage.client.get("/v1/care-homes", stage.district_officer(DISTRICT), district=DISTRICT)
    return {each["care_home_id"]: each for each in answer["items"]}


def confirmed_home(stage: Stage, proposer: Person) -> str:
    """A care home of one place, once the ledger has heard of it."""
    home = {"kind": "care_home", "name": f"朝阳区第二福利院 {proposer.phone}", "places": 1}
    asked = home | {"district": DISTRICT}
    made = stage.client.post("/v1/organisations", asked, proposer.token)["organisation_id"]
    path = f"/v1/organisations/{made}/confirmation"
    stage.client.post(path, {}, stage.district_officer(DISTRICT))
    story.until(lambda: known_homes(stage).get(made), "the ledger to know the home")
    return str(made)


def test_s9_a_volunteer_with_enough_coins_moves_into_a_care_home(stage: Stage) -> None:
    worker = served(stage, 150)
    needs = {"need": "独居，行动不便"}
    refusal("not_eligible", stage.client.post, "/v1/applications", needs, worker.token)
    few_coins_needed(stage)
    admission = f"/v1/people/{worker.person_id}/admission"

    def look() -> bool | None:
        return stage.client.get(admission, worker.token, FAR)["eligible"] or None

    story.until(look, "the next policy")
    made = stage.client.post("/v1/applications", needs, worker.token, FAR)
    path = f"/v1/applications/{made['application_id']}"
    figures = stage.client.get(admission, worker.token, FAR)
    assert (figures["counted_minutes"], figures["reserved_minutes"]) == (30, 120)
    officer = stage.district_officer(DISTRICT)

    def ask(step: str, body: dict[str, Any], token: str = officer) -> dict[str, Any]:
        return stage.client.post(f"{path}/{step}", body, token, FAR)

    refusal("forbidden", ask, "review", {"approved": True, "reason": "我自己"}, worker.token)
    ask("review", {"approved": True, "reason": "入户评估"})
    with pytest.raises(Problem) as in_words:
        ask("offer", {"home": "朝阳区第二福利院"})
    assert in_words.value.status == 422
    refusal("no_such_care_home", ask, "offer", {"care_home_id": worker.person_id})
    home = {"care_home_id": confirmed_home(stage, worker)}
    offered = ask("offer", home)
    assert offered["home"] == f"朝阳区第二福利院 {worker.phone}"
    assert known_homes(stage)[home["care_home_id"]]["free"] == 0
    assert datetime.fromisoformat(offered["answer_by"]) == FAR + timedelta(days=14)
    refusal("offer_stands", ask, "lapse", {})
    assert ask("answer", {"answer": "accept"}, worker.token)["state"] == "admitted"
    refusal("not_at_this_step", ask, "withdrawal", {}, worker.token)
    shown = stage.client.get(path, worker.token)
    assert [step["state"] for step in shown["steps"]][-1] == "admitted"
    listed = stage.client.get("/v1/applications", officer, district=DISTRICT, state="admitted")
    assert made["application_id"] in [each["application_id"] for each in listed["items"]]


def test_s10_the_points_of_a_visit_become_a_reward_in_hand(stage: Stage) -> None:
    worker = served(stage, 60)
    code = f"towel-{worker.person_id[-12:]}"
    towel = {
        "code": code,
        "district": DISTRICT,
        "name_zh": "毛巾",
        "name_en": "Towel",
        "points": 50,
        "stock": 0,
    }
    refusal("forbidden", stage.client.post, "/v1/rewards", towel, worker.token)
    officer, wanted = stage.district_officer(DISTRICT), {"code": code}
    stage.client.post("/v1/rewards", towel, officer)
    refusal("out_of_stock", stage.client.post, "/v1/exchanges", wanted, worker.token)
    stage.client.post(f"/v1/rewards/{code}/changes", {"stock_added": 2}, officer)
    made = stage.client.post("/v1/exchanges", wanted, worker.token)
    refusal("insufficient_points", stage.client.post, "/v1/exchanges", wanted, worker.token)
    wallet = stage.client.get(f"/v1/people/{worker.person_id}/wallet", worker.token)
    assert (wallet["points"], wallet["earned_minutes"]) == (10, 60)
    path = f"/v1/exchanges/{made['exchange_id']}"
    pickup_code = stage.client.get(path, worker.token)["pickup_code"]
    clerk = stage.clerk(HOME)
    assert stage.client.get(path, clerk)["pickup_code"] is None
    waiting = stage.client.get("/v1/pick-ups", clerk, street=HOME, limit=100)["items"]
    assert made["exchange_id"] in [each["exchange_id"] for each in waiting]
    wrong = {"pickup_code": f"{(int(pickup_code) + 1) % 10**8:08}"}
    refusal("wrong_pickup_code", stage.client.post, f"{path}/hand-over", wrong, clerk)
    typed = {"pickup_code": pickup_code}
    assert stage.client.post(f"{path}/hand-over", typed, clerk)["state"] == "handed_over"
    (own,) = stage.client.get("/v1/exchanges", worker.token)["items"]
    assert own["code"] == code
    refusal("handed_over", stage.client.post, f"{path}/cancellation", {}, worker.token)
    shelf = stage.client.get("/v1/rewards", worker.token, district=DISTRICT, limit=100)["items"]
    assert [each["stock"] for each in shelf if each["code"] == code] == [1]
    leaky = {"reason": "漏水", "damaged": True}
    refusal("forbidden", stage.client.post, f"{path}/return", leaky, worker.token)
    assert stage.client.post(f"{path}/return", leaky, clerk)["state"] == "returned"
    again = stage.client.post("/v1/exchanges", wanted, worker.token)
    cancellation = f"/v1/exchanges/{again['exchange_id']}/cancellation"
    assert stage.client.post(cancellation, {}, worker.token)["state"] == "cancelled"
    points = stage.client.get(f"/v1/people/{worker.person_id}/points", worker.token)
    kinds = [(each["kind"], each["points"]) for each in points["items"]]
    assert kinds == [
        ("points_return", 50),
        ("points_exchange", -50),
        ("points_return", 50),
        ("points_exchange", -50),
        ("points_award", 60),
    ]
    assert points["points"] == 60


def test_s10_an_elders_word_on_a_visit_brings_them_points_once(stage: Stage) -> None:
    worker, elder = volunteer(stage), elder_with_coins(stage)
    visit = story.complete_visit(stage, worker, story.publish(stage, elder, soon(), 60), 60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    path = f"/v1/visits/{visit['visit_id']}/rating"
    by_phone = {"stars": 5, "channel": "phone_call"}
    clerk = stage.clerk(HOME)
    story.until(lambda: stage.client.post(path, by_phone, clerk, clock), "a rating", "not_found")
    stage.client.post(f"{path}/edits", by_phone | {"stars": 4}, clerk, clock)
    own = f"/v1/people/{elder.person_id}/points"

    def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = stage.client.get(own, elder.token)
        return shown if shown["points"] else None

    shown = story.until(look, "the points for a rating")
    (line,) = shown["items"]
    assert (line["kind"], line["reference"]) == ("points_rating", visit["visit_id"])
    assert "积分" in line["zh"]
