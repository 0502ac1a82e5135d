"""Alerts: of metrics that there are, each with a runbook page and a test that promtool runs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import gateway.revocations
import services.kernel.metrics
import services.rating.metrics


ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "deploy" / "prometheus"
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
TESTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts_test.yaml").read_text())["tests"]
MODULES = (gateway.revocations, services.kernel.metrics, services.rating.metrics)


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_an_alert_is_about_metrics_that_there_are_and_names_its_page(rule: dict[str, Any]) -> None:
    shown = {metric.name for metric in REGISTRY.collect()}
    named = set(re.findall(r"timebank_\w+", rule["expr"]))
    assert named and named <= shown
    assert rule["annotations"]["runbook"] == f"docs/runbooks/{rule['alert']}.md"
    page = (ROOT / rule["annotations"]["runbook"]).read_text()
    assert page.startswith(f"# {rule['alert']}\n") and named <= set(re.findall(r"\w+", page))


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_an_alert_is_tested_when_it_tells_and_when_it_is_silent(rule: dict[str, Any]) -> None:
    cases = [
        case
        for test in TESTS
        for case in test["alert_rule_test"]
        if case["alertname"] == rule["alert"]
    ]
    assert {bool(case.get("exp_alerts")) for case in cases} == {True, False}


def test_every_page_is_of_an_alert() -> None:
    pages = {page.stem for page in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert pages == {rule["alert"] for rule in ALERTS}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool comes with Prometheus")
def test_the_alerts_do_what_their_tests_say() -> None:
    subprocess.run(["promtool", "test", "rules", "alerts_test.yaml"], cwd=FOLDER, check=True)
