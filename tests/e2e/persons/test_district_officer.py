"""The district's officer: budget and grants to special groups, care homes, the district's staff."""

from typing import Any

import pytest

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, volunteer


def test_a_district_officer_grants_to_special_groups_from_the_budget(stage: Stage) -> None:
    elder = story.register_and_verify(stage, 80, HOME)
    officer = stage.district_officer(elder.district)
    other = stage.district_officer(ELSEWHERE[:6])
    grant = {"person_id": elder.person_id, "minutes": 120, "reason": "经济困难"}
    refusal("not_in_special_group", stage.client.post, "/v1/grants", grant, officer)
    groups = f"/v1/people/{elder.person_id}/special-groups"
    evidence = {"group": SpecialGroup.ECONOMIC_HARDSHIP, "evidence": "低保证"}
    for caller in (other, stage.clerk(ELSEWHERE), stage.city_officer):
        refusal("forbidden", stage.client.post, groups, evidence, caller)
    entered = stage.client.post(groups, evidence, officer)
    approval = f"/v1/special-groups/{entered['membership_id']}/approval"
    refusal("approver_entered", stage.client.post, approval, {}, officer)
    refusal_path = f"/v1/special-groups/{entered['membership_id']}/refusal"
    stage.client.post(refusal_path, {"reason": "由街道重新申报"}, officer)
    story.approve_special_group(stage, elder, SpecialGroup.ECONOMIC_HARDSHIP, "低保证")
    before = story.budget(stage, elder.district)
    story.grant(stage, elder, 120, "经济困难")
    story.until_coins(stage, elder, granted_minutes=120)
    assert story.budget(stage, elder.district) == before - 120
    for caller in (other, stage.clerk(HOME), stage.city_officer):
        refusal("forbidden", stage.client.post, "/v1/grants", grant, caller)
    refusal("forbidden", stage.client.get, f"/v1/budgets/{elder.district}", other)


def test_a_district_officer_makes_clerks_of_the_own_streets_only(stage: Stage) -> None:
    person = volunteer(stage)
    officer = stage.district_officer(HOME[:6])
    path = f"/v1/people/{person.person_id}/roles"

    def role(name: str, area: str) -> dict[str, str]:
        return {"role": name, "area": area}

    refusal("forbidden", stage.client.post, path, role("agency_clerk", ELSEWHERE), officer)
    refusal("forbidden", stage.client.post, path, role("district_officer", HOME[:6]), officer)
    stage.client.post(path, role("agency_clerk", HOME), officer)
    clerk = story.signed_in(stage, person)
    fresh = story.register(stage, 40, HOME)
    verification = f"/v1/people/{fresh.person_id}/verification"
    stage.client.post(verification, {"card_seen": True}, clerk.token)


def second_officer(stage: Stage) -> str:
    """The token of a colleague, whom the city made an officer of the same district."""
    colleague = volunteer(stage)
    role = {"role": "district_officer", "area": HOME[:6]}
    path = f"/v1/people/{colleague.person_id}/roles"
    stage.client.post(path, role, stage.city_officer)
    return story.signed_in(stage, colleague).token


def verified_details(stage: Stage, age: int) -> dict[str, Any]:
    """What somebody verified in this street is registered with."""
    details = story.fresh_details(stage, age, stage.population.city.street(HOME))
    person_id = stage.client.post("/v1/people", details)["person_id"]
    path = f"/v1/people/{person_id}/verification"
    stage.client.post(path, {"card_seen": True}, stage.clerk(HOME))
    return details | {"person_id": person_id}


def test_a_list_of_special_elders_is_entered_by_one_officer_and_approved_by_another(
    stage: Stage,
) -> None:
    entering, approving = stage.district_officer(HOME[:6]), second_officer(stage)
    elders = [verified_details(stage, 85) for _ in range(2)]
    rows = [f"{each['name']},{each['id_number']},advanced_age,户口簿" for each in elders]
    csv = "\r\n".join(["姓名,证件号码,类别,凭证", *rows, "王某,11010519500101001X,dementia,病历"])
    sheet = {"district": HOME[:6], "csv": csv}
    for caller in (stage.district_officer(ELSEWHERE[:6]), stage.clerk(HOME), stage.city_officer):
        refusal("forbidden", stage.client.post, "/v1/special-group-sheets", sheet, caller)
    preview = stage.client.post("/v1/special-group-sheets", sheet, entering)
    assert (preview["lines"], preview["faulty_lines"]) == (3, 1)
    assert preview["faults"][0]["line"] == 4 and preview["faults"][0]["words_zh"]
    path = f"/v1/special-group-sheets/{preview['sheet_id']}"
    refusal("sheet_not_entered", stage.client.post, f"{path}/approval", {}, approving)
    assert stage.client.post(f"{path}/entry", {}, entering)["entered_lines"] == 2
    refusal("approver_entered", stage.client.post, f"{path}/approval", {}, entering)
    assert stage.client.post(f"{path}/approval", {}, approving)["approved_lines"] == 2
    for elder in elders:
        shown = stage.client.get(f"/v1/people/{elder['person_id']}", entering)
        assert shown["special_groups"] == [SpecialGroup.ADVANCED_AGE]


def test_a_district_officer_keeps_the_items_of_the_own_district(stage: Stage) -> None:
    officer, other = stage.district_officer(HOME[:6]), stage.district_officer(ELSEWHERE[:6])
    elder = elder_with_coins(stage, 120)
    code = f"courtyard-{elder.person_id[-8:]}"
    item = {
        "item_code": code,
        "category": "assistance",
        "district": HOME[:6],
        "name_zh": "小院打理",
        "name_en": "Keeping the courtyard",
        "largest_minutes": 60,
        "reason": "平房区老人需要",
    }
    for caller in (other, stage.clerk(HOME), stage.city_officer, elder.token):
        refusal("forbidden", stage.client.post, "/v1/items", item, caller)
    assert stage.client.post("/v1/items", item, officer)["version"] == 1
    offered = stage.client.get("/v1/items", elder.token, district=HOME[:6], limit=200)["items"]
    assert code in [each["item_code"] for each in offered]
    wish = {"category": None, "item_code": code}
    request = story.publish(stage, elder, story.daytime(), 60, **wish)
    assert (request["state"], request["item_version"]) == ("open", 1)

    retirement, end = f"/v1/items/{code}/retirement", {"version": 1, "reason": "无人需要"}
    refusal("forbidden", stage.client.post, retirement, end, other)
    stage.client.post(retirement, end, officer)
    with pytest.raises(Problem):
        story.publish(stage, elder, story.daytime(5), 60, **wish)
    kept = stage.client.get(f"/v1/requests/{request['request_id']}", elder.token)
    assert (kept["state"], kept["item_code"]) == ("open", code)
