"""S8 over HTTP: minutes are disputed, appealed, and given back to who paid, exactly once."""

from datetime import datetime, timedelta

from deploy.demo import story
from deploy.demo.stage import Stage, until
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, soon, story_until, volunteer


def test_s8_an_elder_gets_some_of_the_minutes_back_on_appeal(stage: Stage) -> None:
    worker, elder, client = volunteer(stage), elder_with_coins(stage), stage.client
    visit = story.complete_visit(stage, worker, story.publish(stage, elder, soon(), 60), 60)
    story_until(stage, worker, earned_minutes=60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    path = f"/v1/visits/{visit['visit_id']}/disputes"
    said = {"claim": "too_much", "words": "只来了40分钟"}
    opened = until(
        lambda: client.post(path, said, elder.token, clock), "a visit to dispute", "not_found"
    )
    dispute = f"/v1/disputes/{opened['dispute_id']}"
    refusal("already_disputed", client.post, path, said, stage.clerk(HOME), clock)

    def is_in(state: str) -> None:
        def look() -> bool | None:
            return client.get(dispute, elder.token, clock)["state"] == state or None

        until(look, f"a dispute that is {state}")

    is_in("under_review")
    # What is set aside can be spent by nobody.
    story_until(stage, worker, earned_minutes=0)
    client.post(dispute + "/evidence", {"words": "来了一小时"}, worker.token, clock)
    decision = {"outcome": "partial", "returned_minutes": 20, "reason": "监控显示40分钟"}
    refusal("forbidden", client.post, dispute + "/decision", decision, worker.token, clock)
    stand = {"outcome": "stand", "reason": "两人说法不一"}
    client.post(dispute + "/decision", stand, stage.clerk(HOME), clock)
    client.post(dispute + "/appeal", {"words": "请看监控"}, elder.token, clock)
    refusal("forbidden", client.post, dispute + "/decision", decision, stage.clerk(HOME), clock)
    officer = stage.district_officer(HOME[:6])
    waiting = {"area": HOME[:6], "level": "district"}
    listed = client.get("/v1/disputes/to-decide", officer, clock, **waiting, limit=100)["items"]
    assert opened["dispute_id"] in {each["dispute_id"] for each in listed}
    client.post(dispute + "/decision", decision, officer, clock)
    is_in("settled")

    story_until(stage, worker, earned_minutes=40)
    story_until(stage, elder, granted_minutes=200)
    shown = client.get(dispute, worker.token, clock)
    assert (shown["returned_minutes"], shown["ending"]) == (20, "appeal_decided")
    stars = client.get(f"/v1/people/{worker.person_id}/stars", worker.token, clock)
    assert stars["minutes"] == 40
    assert story.trial_balance(stage)["total_minutes"] == 0
    returned = next(
        line for line in reversed(story.statement(stage, elder)) if line["kind"] == "dispute_return"
    )
    explained = client.get(f"/v1/transfers/{returned['transfer_id']}", elder.token)
    assert explained["reference"] == opened["dispute_id"]
    assert "20" in explained["zh"] and "dispute" in explained["en"]
