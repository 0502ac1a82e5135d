"""The city's officer: the policy, budgets, roles, and whether the books are sound."""

from datetime import UTC, datetime

from deploy.demo import policies, story
from deploy.demo.stage import Stage
from tests.e2e.test_facts import ELSEWHERE, HOME, refusal, volunteer


def test_two_city_officers_change_the_policy_and_one_looks_into_the_books(stage: Stage) -> None:
    city, district = stage.city_officer, stage.district_officer(HOME[:6])
    body = policies.draft_of(stage, datetime(2060, 1, 1, tzinfo=UTC), rating={"window_days": 20})
    for caller in (district, stage.clerk(HOME)):
        refusal("forbidden", stage.client.post, "/v1/policy-drafts", body, caller)
    drafted = stage.client.post("/v1/policy-drafts", body, city)
    assert [each["after"] for each in drafted["differences"]] == [20]
    path = f"/v1/policy-drafts/{drafted['draft_id']}"
    assert stage.client.post(f"{path}/submit", {}, city)["state"] == "submitted"
    refusal("second_officer_needed", stage.client.post, f"{path}/approve", {}, city)
    second = policies.second_city_officer(stage, HOME)
    returned = stage.client.post(f"{path}/return", {"reason": "理由不足"}, second.token)
    assert returned["state"] == "returned"
    stage.client.post(f"{path}/revise", body | {"reason": "长者反映时间不够"}, city)
    stage.client.post(f"{path}/submit", {}, city)
    version = stage.client.post(f"{path}/approve", {}, second.token)["version"]
    shown = stage.client.get(f"/v1/policies/{version}", second.token)
    assert shown["standing"] == "scheduled"
    alone = {
        "version": version + 1,
        "effective_from": body["effective_from"],
        "values": stage.client.get("/v1/policies/current", city)["values"],
    }
    refusal("second_officer_needed", stage.client.post, "/v1/policies", alone, city)
    assert stage.client.get("/v1/policies/current", city)["version"] == 1

    before = story.budget(stage, HOME[:6])
    top_up = {"minutes": 600, "reason": "追加预算"}
    refusal("forbidden", stage.client.post, f"/v1/budgets/{HOME[:6]}/top-ups", top_up, district)
    assert story.top_up(stage, HOME[:6], 600, "追加预算") == before + 600
    assert story.trial_balance(stage)["total_minutes"] == 0
    assert stage.client.get("/v1/ledger/supply", city)
    assert stage.client.get("/v1/ledger/solvency", city)
    refusal("forbidden", stage.client.get, "/v1/ledger/trial-balance", volunteer(stage).token)


def test_a_city_officer_makes_district_officers(stage: Stage) -> None:
    person = volunteer(stage)
    path = f"/v1/people/{person.person_id}/roles"
    body = {"role": "district_officer", "area": HOME[:6]}
    refusal("forbidden", stage.client.post, path, body, stage.district_officer(HOME[:6]))
    stage.client.post(path, body, stage.city_officer)
    officer = story.signed_in(stage, person)
    assert stage.client.get(f"/v1/budgets/{HOME[:6]}", officer.token)["district"] == HOME[:6]


def test_a_city_officer_confirms_and_stops_a_care_home(stage: Stage) -> None:
    city, proposer = stage.city_officer, volunteer(stage)
    home = {
        "kind": "care_home",
        "name": f"示范养老院 {proposer.phone}",
        "district": HOME[:6],
        "places": 40,
    }
    proposed = stage.client.post("/v1/organisations", home, proposer.token)
    path = f"/v1/organisations/{proposed['organisation_id']}"
    assert (proposed["state"], proposed["places"]) == ("proposed", 40)
    for caller in (proposer.token, stage.clerk(HOME), stage.district_officer(ELSEWHERE[:6])):
        refusal("forbidden", stage.client.post, f"{path}/confirmation", {}, caller)
    assert stage.client.post(f"{path}/confirmation", {}, city)["state"] == "confirmed"
    reason = {"reason": "消防检查未通过"}
    for caller in (proposer.token, stage.clerk(HOME)):
        refusal("forbidden", stage.client.post, f"{path}/suspension", reason, caller)
    assert stage.client.post(f"{path}/suspension", reason, city)["state"] == "suspended"
    again = stage.client.post(f"{path}/reinstatement", {"reason": "已整改"}, city)
    assert again["state"] == "confirmed"
