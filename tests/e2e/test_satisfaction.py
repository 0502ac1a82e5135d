"""S8, S10 over HTTP, for each person concerned."""

from datetime import datetime, timedelta

from deploy.demo import story
from deploy.demo.stage import Stage
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, soon, volunteer


def test_s8_s10_a_rating_lives_and_counts_for_the_volunteer(stage: Stage) -> None:
    worker, elder = volunteer(stage), elder_with_coins(stage)
    clerk, client = stage.clerk(HOME), stage.client
    first = story.complete_visit(stage, worker, story.publish(stage, elder, soon(), 60), 60)
    clock = datetime.fromisoformat(first["ended_at"]) + timedelta(hours=1)
    visit = f"/v1/visits/{first['visit_id']}"
    story.rate(stage, elder, first, 2, "走得太早", clock)
    refusal("already_rated", story.rate, stage, elder, first, 5, "", clock)
    anew = {"stars": 4, "punctual": 3, "attitude": 5, "again": True, "wants_to_complain": True}
    edited = client.post(visit + "/rating/edits", anew, elder.token, clock)
    assert [each["stars"] for each in edited["former"]] == [2]
    words = {"words": "抱歉，那天要赶去看病人"}
    refusal("forbidden", client.post, visit + "/rating/answer", words, elder.token, clock)
    client.post(visit + "/rating/answer", words, worker.token, clock)
    refusal("already_answered", client.post, visit + "/rating/answer", words, worker.token, clock)
    shown = client.get(visit + "/rating", worker.token, clock)
    assert shown["answer"]["words"] == words["words"]
    assert shown["wants_to_complain"] is None
    complaints = client.get("/v1/complaints", clerk, clock, area=HOME)["items"]
    assert first["visit_id"] in {each["visit_id"] for each in complaints}

    dark = {"safety": 2, "words": "走廊灯不亮"}
    client.post(visit + "/conditions", dark, worker.token, clock)
    refusal("forbidden", client.get, visit + "/conditions", elder.token, clock)
    assert client.get(visit + "/conditions", clerk, clock)["safety"] == 2

    second = story.complete_visit(stage, worker, story.publish(stage, elder, soon(6), 60), 60)
    clock = datetime.fromisoformat(second["ended_at"]) + timedelta(hours=1)
    forms = f"服务编号,总体,再次\n{second['visit_id']},5,是\n{first['visit_id']},5,是\n"

    def heard_of() -> bool | None:
        preview = client.post("/v1/rating-sheets/preview", {"csv": forms}, clerk, clock)
        return [item["fault"] for item in preview["items"]] == [None, "already_rated"] or None

    story.until(heard_of, "both visits in the preview")
    assert client.post("/v1/rating-sheets", {"csv": forms}, clerk, clock)["entered_lines"] == 1

    reputation = story.reputation(stage, worker)
    assert (reputation["ratings"], reputation["average"]) == (2, "4.5")
    assert reputation["shrunken"] == "4.14"
    assert [part["code"] for part in reputation["by_district"]] == [HOME[:6]]
    assert sum(part["stars_sum"] for part in reputation["by_category"]) == 9
