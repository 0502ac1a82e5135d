"""Special groups (S16) over HTTP: a list with a preview, two officers, coins, and the end."""

from typing import Any

import pytest

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage, until
from tests.e2e.test_facts import HOME


DISTRICT = HOME[:6]


def colleague_of_the_officer(stage: Stage) -> str:
    person = story.register_and_verify(stage, 40, HOME)
    role = {"role": "district_officer", "area": DISTRICT}
    stage.client.post(f"/v1/people/{person.person_id}/roles", role, stage.city_officer)
    return story.signed_in(stage, person).token


def elder_with_a_card(stage: Stage) -> tuple[Any, dict[str, Any]]:
    """A verified elder, and what was said at registration."""
    street = stage.population.city.street(HOME)
    details = story.fresh_details(stage, 78, street)
    registered = stage.client.post("/v1/people", details)
    elder = Person(
        person_id=registered["person_id"],
        name=details["name"],
        phone=details["phone"],
        street=HOME,
        address=details["address"],
        **details["home"],
    )
    return story.verify(stage, elder), details


def refusal(stage: Stage, path: str, body: dict[str, Any], token: str) -> str | None:
    try:
        stage.client.post(path, body, token)
    except Problem as problem:
        return problem.code
    return None


def test_s16_a_list_is_previewed_entered_approved_by_another_and_counts_until_it_ends(
    stage: Stage,
) -> None:
    elder, details = elder_with_a_card(stage)
    officer, colleague = stage.district_officer(DISTRICT), colleague_of_the_officer(stage)
    rows = (
        "姓名,证件号码,类别,凭证",
        f"{details['name']},{details['id_number']},重度失能老年人,评估 7 号",
        f"某某,{details['id_number']},失智老年人,诊断 8 号",
    )
    sheets = "/v1/special-group-sheets"
    preview = stage.client.post(sheets, {"district": DISTRICT, "csv": "\n".join(rows)}, officer)
    (fault,) = preview["faults"]
    assert (fault["line"], fault["fault"]) == (3, "name_differs")
    assert fault["words_zh"]
    assert details["id_number"] not in str(preview)
    sheet = f"{sheets}/{preview['sheet_id']}"
    assert stage.client.post(f"{sheet}/entry", {}, officer)["entered_lines"] == 1
    assert refusal(stage, f"{sheet}/approval", {}, officer) == "approver_entered"
    assert story.show_person(stage, elder)["special_groups"] == []
    stage.client.post(f"{sheet}/approval", {}, colleague)
    assert story.show_person(stage, elder)["special_groups"] == ["severely_disabled_by_age"]
    story.grant(stage, elder, 60, "重度失能")
    (line, _) = stage.client.get(sheet, officer)["items"]
    ending = f"/v1/special-groups/{line['membership_id']}/ending"
    stage.client.post(ending, {"reason": "已康复"}, colleague)
    grant = {"person_id": elder.person_id, "minutes": 1, "reason": "重度失能"}
    until(
        lambda: refusal(stage, "/v1/grants", grant, officer) == "not_in_special_group" or None,
        "the ledger hears of the end",
    )
    with pytest.raises(Problem):
        stage.client.post(ending, {"reason": "已康复"}, colleague)
