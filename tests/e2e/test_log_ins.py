"""Verified online, logged in by code and with WeChat, over HTTP, on stand-ins (S12)."""

import json
import re
from typing import Any

import pytest

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage, until


HOME = "110105001"


def step(stage: Stage, path: str, token: str) -> dict[str, Any]:
    answer: dict[str, Any] = stage.client.get(f"{path}/verification", token)
    return answer


def test_s12_somebody_is_verified_online_and_told_what_comes_next(stage: Stage) -> None:
    person = story.register(stage, 66, HOME)
    token = story.log_in(stage.client, person.phone, stage.password)
    path = f"/v1/people/{person.person_id}"
    before = step(stage, path, token)
    assert before["state"] == "unverified" and "身份证" in before["next_step"]["zh"]
    assert stage.client.post(f"{path}/verification/online", {}, token)["state"] == "pending"

    def verified() -> bool | None:
        return step(stage, path, token)["state"] == "verified" or None

    until(verified, "the stand-in's yes")
    assert step(stage, path, token)["way"] == "online"
    doubt = {"reason": "doubt", "words": "来电称证件遗失"}
    lapsed = stage.client.post(f"{path}/verification/recheck", doubt, stage.clerk(HOME))
    assert (lapsed["state"], lapsed["reason"]) == ("pending", "doubt")
    refusal = {"reason": "not_the_holder"}
    refused = stage.client.post(f"{path}/verification/refusal", refusal, stage.clerk(HOME))
    assert refused["state"] == step(stage, path, token)["state"] == "refused"
    story.verify(stage, person)
    assert step(stage, path, token)["way"] == "desk"


def test_s12_somebody_logs_in_by_the_code_that_the_demonstration_writes_into_its_log(
    stage: Stage, platform: Any
) -> None:
    person = story.register(stage, 70, HOME)
    assert set(stage.client.post("/v1/sessions/codes", {"phone": person.phone})) == {
        "expires_at",
        "ask_again_at",
    }
    log = platform.log_path("identity")

    def sent() -> str | None:
        lines = [line for line in log.read_text().splitlines() if str(person.phone) in line]
        told = [json.loads(line)["text"] for line in lines if "NO SMS IS SENT" in line]
        found = re.search(r"验证码 ([0-9]{6})", told[-1]) if told else None
        return found[1] if found else None

    credentials = {"phone": person.phone, "code": until(sent, "a message in the log")}
    opened = stage.client.post("/v1/sessions/by-code", credentials)
    assert opened["person_id"] == person.person_id
    with pytest.raises(Problem) as refused:
        stage.client.post("/v1/sessions/by-code", credentials)
    assert (refused.value.status, refused.value.code) == (401, "bad_code")


def test_s12_somebody_binds_a_wechat_account_and_logs_in_with_it(stage: Stage) -> None:
    person = story.register(stage, 70, HOME)
    token = story.log_in(stage.client, person.phone, stage.password)
    code = {"code": f"demo-{person.person_id}"}
    with pytest.raises(Problem) as refused:
        stage.client.post("/v1/sessions/by-wechat", code)
    assert (refused.value.status, refused.value.code) == (403, "wechat_not_bound")
    path = f"/v1/people/{person.person_id}/wechat"
    with pytest.raises(Problem) as unproven:
        stage.client.post(path, code, token)
    assert (unproven.value.status, unproven.value.code) == (403, "proof_needed")
    assert stage.client.post(path, code | {"password": stage.password}, token)["bound"]
    assert stage.client.post("/v1/sessions/by-wechat", code)["person_id"] == person.person_id
