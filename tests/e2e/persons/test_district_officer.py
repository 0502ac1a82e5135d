"""The district's officer: budget and grants to special groups, care homes, the district's staff."""

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from tests.e2e.test_facts import ELSEWHERE, HOME, refusal, volunteer


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
