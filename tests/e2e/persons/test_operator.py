"""The operator: sees that it is healthy, makes due things happen now, and nobody's affairs."""

import json
from typing import Any
from urllib.request import urlopen

from deploy.demo.stage import Stage
from services.identity.contract import Role
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, volunteer


def test_an_operator_keeps_it_running_and_sees_nobodys_affairs(stage: Stage) -> None:
    operator = stage.staff(Role.OPERATOR, stage.population.city.code)

    def page(path: str) -> Any:
        with urlopen(stage.client.url + path, timeout=10) as answer:
            return json.loads(answer.read())

    assert page("/healthz") and page("/readyz")
    swept = stage.client.post("/v1/operations/sweep", {}, operator)
    assert {"expired", "no_shows", "excepted"} <= set(swept)
    assert stage.client.get("/v1/ledger/audits", operator)["items"] is not None
    sweep = "/v1/operations/sweep"
    for caller in (volunteer(stage).token, stage.clerk(HOME), stage.district_officer(HOME[:6])):
        refusal("forbidden", stage.client.post, sweep, {}, caller)

    elder = elder_with_coins(stage)
    for path in ("", "/wallet", "/kinships", "/statement"):
        refusal("forbidden", stage.client.get, f"/v1/people/{elder.person_id}{path}", operator)
    grant = {"person_id": elder.person_id, "minutes": 60, "reason": "x"}
    refusal("forbidden", stage.client.post, "/v1/grants", grant, operator)
