"""The family member: gives and receives coins, and acts for an elder who agreed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage
from services.identity.contract import Relation
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, served, volunteer


def test_a_daughter_gives_coins_to_the_family_and_to_nobody_else(stage: Stage) -> None:
    daughter = served(stage, 120, age=61)
    father = story.register_and_verify(stage, 86, ELSEWHERE)
    uncle = story.register_and_verify(stage, 70, HOME)
    refusal("not_kin", story.give, stage, daughter, father, 60)
    story.become_kin(stage, daughter, father, Relation.PARENT)
    story.give_to_kin(stage, daughter, father, 90)
    story.until_coins(stage, father, gifted_minutes=90)
    refusal("not_kin", story.give, stage, daughter, uncle, 30)
    refusal("insufficient_coins", story.give, stage, daughter, father, 31)

    # Gifted coins pay for service and cannot be given on.
    refusal("insufficient_coins", story.give, stage, father, daughter, 30)
    assert story.publish(stage, father, story.daytime(), 90)["state"] == "open"


def consent(elder: Person, agent: Person, *scopes: str) -> dict[str, Any]:
    until = datetime.now(UTC) + timedelta(days=90)
    ends = {"scopes": scopes, "until": until.isoformat()}
    return {"elder_id": elder.person_id, "agent_id": agent.person_id} | ends


def test_a_son_acts_for_the_mother_while_she_agrees(stage: Stage) -> None:
    mother, son, start = elder_with_coins(stage), volunteer(stage, ELSEWHERE), story.daytime()
    in_her_name = replace(mother, token=son.token)
    story.become_kin(stage, son, mother, Relation.PARENT)
    refusal("forbidden", story.publish, stage, in_her_name, start, 60)
    agreed = consent(mother, son, "requests")
    refusal("forbidden", stage.client.post, "/v1/consents", agreed, son.token)
    stranger = consent(mother, volunteer(stage), "requests")
    refusal("not_their_kin", stage.client.post, "/v1/consents", stranger, mother.token)
    given = stage.client.post("/v1/consents", agreed, mother.token)

    request = story.until(
        lambda: story.publish(stage, in_her_name, start, 60), "his request for her", "forbidden"
    )
    assert (request["elder_id"], request["submitted_by"]) == (mother.person_id, son.person_id)
    path = f"/v1/requests/{request['request_id']}"
    worker = volunteer(stage)
    story.accept(stage, worker, request)
    seen = stage.client.get(path, son.token)
    assert (seen["volunteer_id"], seen["address"]) == (worker.person_id, mother.address)
    refusal("forbidden", stage.client.get, f"/v1/people/{mother.person_id}", son.token)

    revocation = f"/v1/consents/{given['consent_id']}/revocation"
    refusal("forbidden", stage.client.post, revocation, {}, worker.token)
    stage.client.post(revocation, {}, mother.token)
    refusal("consent_ended", stage.client.post, revocation, {}, mother.token)

    def locked_out() -> bool | None:
        seen = stage.client.get("/v1/requests", mother.token, elder_id=mother.person_id)
        assert seen["items"]
        try:
            stage.client.get("/v1/requests", son.token, elder_id=mother.person_id)
        except Problem as problem:
            return problem.code == "forbidden" or None
        return None

    story.until(locked_out, "the revocation")
    refusal("forbidden", stage.client.get, f"{path}", son.token)
    refusal("forbidden", story.cancel, stage, in_her_name, request, "不需要了")
    story.cancel(stage, mother, request, "我自己取消")


def test_a_son_sees_the_wallet_and_rates_only_in_the_scope_of_the_consent(stage: Stage) -> None:
    mother, son, worker = elder_with_coins(stage), volunteer(stage), volunteer(stage)
    story.become_kin(stage, son, mother, Relation.PARENT)
    wallet = f"/v1/people/{mother.person_id}/wallet"
    refusal("forbidden", stage.client.get, wallet, son.token)
    agreed = consent(mother, son, "see_wallet", "rating")
    refusal("forbidden", stage.client.post, "/v1/consents", agreed, worker.token)
    stage.client.post("/v1/consents", agreed, mother.token)
    shown = story.until(lambda: stage.client.get(wallet, son.token), "the wallet", "forbidden")
    assert shown["granted_minutes"] == 240
    in_her_name = replace(mother, token=son.token)
    refusal("forbidden", story.publish, stage, in_her_name, story.daytime(), 60)

    request = story.publish(stage, mother, story.daytime(), 60)
    visit = story.complete_visit(stage, worker, request, 60)
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    path = f"/v1/visits/{visit['visit_id']}/rating"
    refusal("not_the_elder", story.rate, stage, volunteer(stage), visit, 1, "", clock)
    rated = story.rate(stage, in_her_name, visit, 5, "妈妈很满意", clock)
    assert rated["stars"] == 5
    assert stage.client.get(path, mother.token)["stars"] == 5

    dispute = f"/v1/visits/{visit['visit_id']}/disputes"
    said = {"claim": "too_much", "words": "妈妈说只来了半小时"}
    refusal("forbidden", stage.client.post, dispute, said, volunteer(stage).token, clock)
    opened = stage.client.post(dispute, said, son.token, clock)
    assert (opened["side"], opened["opened_by"]) == ("elder", son.person_id)
    opened_path = f"/v1/disputes/{opened['dispute_id']}"
    assert stage.client.get(opened_path, mother.token, clock)["state"] != "withdrawn"
    refusal("forbidden", stage.client.post, opened_path + "/withdrawal", {}, worker.token, clock)
    stage.client.post(opened_path + "/withdrawal", {}, son.token, clock)

    def withdrawn() -> bool | None:
        return stage.client.get(opened_path, son.token, clock)["state"] == "withdrawn" or None

    story.until(withdrawn, "a dispute that is withdrawn")
    own = stage.client.get("/v1/disputes", son.token, clock)["items"]
    assert [each["dispute_id"] for each in own] == [opened["dispute_id"]]
