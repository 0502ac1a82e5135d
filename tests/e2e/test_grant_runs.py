"""A list of grants over HTTP on the real processes (S16), as long as a list may be."""

from uuid import uuid4

from deploy.demo import story
from deploy.demo.stage import Stage
from services.identity.contract import SpecialGroup
from services.ledger.contract import MOST_LINES
from tests.e2e.test_facts import HOME, refusal


DISTRICT = HOME[:6]
HEADER = "\ufeff人员编号,分钟\r\n"


def test_s16_the_longest_list_is_checked_started_and_granted(stage: Stage) -> None:
    elders = [story.register_and_verify(stage, 80, HOME) for _ in range(2)]
    for elder in elders:
        story.approve_special_group(stage, elder, SpecialGroup.ADVANCED_AGE, "户口簿")
    lines = [f"{elder.person_id},60\r\n" for elder in elders]
    lines += [f"{uuid4()},60000000\r\n" for _ in range(MOST_LINES - 2)]
    body = {"district": DISTRICT, "csv": HEADER + "".join(lines), "reason": f"高龄 {uuid4()}"}
    officer = stage.district_officer(DISTRICT)
    refusal("forbidden", stage.client.post, "/v1/grant-runs", body, stage.city_officer)

    def prepared() -> dict[str, object] | None:
        dry = stage.client.post("/v1/grant-runs", body, officer)
        return dry if dry["accepted_lines"] == 2 else None

    run = story.until(prepared, "both elders among the accepted")
    assert (run["lines"], run["total_minutes"]) == (MOST_LINES, 120)
    assert {each["refusal"] for each in run["refusals"]} == {"no_wallet"}
    assert [each["line"] for each in run["refusals"]] == list(range(4, MOST_LINES + 2))

    path = f"/v1/grant-runs/{run['run_id']}"
    stage.client.post(f"{path}/start", {}, officer)
    for elder in elders:
        story.until_coins(stage, elder, granted_minutes=60)

    def finished() -> bool | None:
        return stage.client.get(path, officer, limit=1)["state"] == "finished" or None

    story.until(finished, "the run's end")
    refusal("grant_run_ended", stage.client.post, f"{path}/cancellation", {}, officer)
    granted = stage.client.get(path, stage.city_officer, state="granted")["items"]
    assert [line["person_id"] for line in granted] == [elder.person_id for elder in elders]
    (newest,) = stage.client.get("/v1/grant-runs", officer, district=DISTRICT, limit=1)["items"]
    assert newest["run_id"] == run["run_id"]


def test_s16_a_list_with_other_columns_is_refused_in_words(stage: Stage) -> None:
    body = {"district": DISTRICT, "csv": "姓名,分钟\n王芳,60\n", "reason": "高龄"}
    officer = stage.district_officer(DISTRICT)
    problem = refusal("invalid_request", stage.client.post, "/v1/grant-runs", body, officer)
    assert "人员编号" in problem.fields["csv"][0]
