"""A lecture paid by a public programme, over HTTP on the real processes: from budget to wallet."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.stage import Stage, until
from tests.e2e.test_facts import HOME, refusal, soon, story_until, volunteer


DISTRICT = HOME[:6]


def lecture(stage: Stage, programme_id: str, minutes: int) -> dict[str, Any]:
    """The clerk announces a calligraphy class, once matching has heard of the programme."""
    start = soon()
    wish = {
        "street": HOME,
        "item_code": "calligraphy-class",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "minutes": minutes,
        "place": {"latitude": 39.91, "longitude": 116.45, "address": "社区活动室"},
        "programme_id": programme_id,
    }
    return until(
        lambda: stage.client.post("/v1/activities", wish, stage.clerk(HOME)),
        "a programme known to matching",
        "no_such_programme",
    )


def test_s16_a_programme_pays_for_a_lecture_from_budget_to_wallet_and_each_elder_rates(
    stage: Stage,
) -> None:
    officer, clerk = stage.district_officer(DISTRICT), stage.clerk(HOME)
    named = {"district": DISTRICT, "name": "书法公益课", "purpose": "老年人书法"}
    refusal("forbidden", stage.client.post, "/v1/programmes", named, clerk)
    programme_id = stage.client.post("/v1/programmes", named, officer)["programme_id"]
    path = f"/v1/programmes/{programme_id}"
    before = story.top_up(stage, DISTRICT, 100, "公益课程")
    funding = {"minutes": 100, "reason": "公益课程"}
    refusal("forbidden", stage.client.post, f"{path}/fundings", funding, clerk)
    stage.client.post(f"{path}/fundings", funding, officer)
    elders, leader = [volunteer(stage, age=70) for _ in range(3)], volunteer(stage)
    announced = lecture(stage, programme_id, 90)
    activity_path = f"/v1/activities/{announced['request_id']}"
    for elder in elders:
        taken = {"elder_id": elder.person_id}
        stage.client.post(f"{activity_path}/seats", taken, elder.token)

    def opened() -> dict[str, Any] | None:
        shown = stage.client.get(activity_path, clerk)
        return shown if shown["state"] == "open" else None

    until(opened, "an open lecture")
    figures = stage.client.get(path, leader.token)
    assert (figures["minutes"], figures["held_minutes"]) == (10, 90)
    request = stage.client.get(f"/v1/requests/{announced['request_id']}", leader.token)
    clock = datetime.fromisoformat(story.complete_visit(stage, leader, request, 80)["ended_at"])
    story_until(stage, leader, earned_minutes=80)
    figures = stage.client.get(path, leader.token)
    named_figures = ("minutes", "held_minutes", "spent_minutes")
    assert [figures[name] for name in named_figures] == [20, 0, 80]
    for elder in elders:
        assert story.wallet(stage, elder)["total_minutes"] == 0
        shown = stage.client.get(activity_path, elder.token)
        (seat,) = shown["seats"]
        story.rate(stage, elder, {"visit_id": seat["visit_id"]}, 5, "", clock)
    closed = stage.client.post(f"{path}/closing", {"reason": "课程结束"}, officer)
    assert (closed["moved_minutes"], closed["minutes"]) == (20, 0)
    assert story.budget(stage, DISTRICT) == before - 80
    balance = story.trial_balance(stage)
    assert (balance["total_minutes"], balance["total_points"]) == (0, 0)
