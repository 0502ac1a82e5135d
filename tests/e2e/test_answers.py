"""What a holder can ask of the ledger over HTTP, on the real processes, and check without it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from pypdf import PdfReader

from deploy.demo import story
from deploy.demo.stage import Stage
from services.kernel.calendar import city_date
from tests.conftest import ROOT
from tests.e2e.test_facts import refusal, served


VERIFIER = ROOT / "services" / "ledger" / "verifier.py"


def fetch(stage: Stage, path: str, token: str) -> tuple[bytes, Any]:
    """A file, with the headers of its answer."""
    request = Request(stage.client.url + path, headers={"Authorization": f"Bearer {token}"})
    with stage.client.opener.open(request, timeout=30) as answer:
        return answer.read(), answer.headers


def verify(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier as a holder runs it: one file, no packages, no time bank."""
    command = [sys.executable, "-I", str(VERIFIER), str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_holder_keeps_the_statement_of_a_period_as_table_and_on_paper(stage: Stage) -> None:
    # A day of its own: other stories play visits on the days before, in no order of time.
    played_at = story.daytime(24 * 55)
    worker, day = served(stage, 95, starts_at=played_at), city_date(played_at)
    period = {"from_date": day, "until_date": day}
    query = f"?from_date={period['from_date']}&until_date={period['until_date']}"
    base = f"/v1/people/{worker.person_id}/statement/period"
    shown = stage.client.get(base, worker.token, **period)
    assert [line["minutes"] for line in shown["items"]] == [95]
    table, headers = fetch(stage, f"{base}.csv{query}", worker.token)
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert rows[2][2:7] == ["服务入账 visit served", "服务所得 earned", "95", "95", "1 35/60"]
    paper, headers = fetch(stage, f"{base}.pdf{query}", worker.token)
    assert headers["Content-Disposition"].endswith(f'{period["until_date"]}.pdf"')
    page = PdfReader(io.BytesIO(paper)).pages[0].extract_text()
    assert "时间币账户对账单" in page
    assert shown["block_hash"] in page
    other = served(stage, 60)
    refusal("forbidden", stage.client.get, f"{base}.pdf", other.token, **period)
    refusal("invalid_request", stage.client.get, f"{base}.pdf", worker.token, from_date="then")


def test_a_saved_statement_is_checked_without_the_time_bank(stage: Stage, tmp_path: Path) -> None:
    worker = served(stage, 60)
    path = f"/v1/people/{worker.person_id}/statement/proofs"
    saved = stage.client.get(path, worker.token)
    file = tmp_path / "statement.json"
    file.write_text(json.dumps(saved))
    checked = verify(file, "--person", str(worker.person_id))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    file.write_text(json.dumps(saved).replace('"amount": 60', '"amount": 600'))
    assert verify(file, "--person", str(worker.person_id)).returncode == 1


def test_each_earned_coin_leads_to_its_visit_and_the_policy_that_counted_it(stage: Stage) -> None:
    worker = served(stage, 60)
    (earned,) = stage.client.get(f"/v1/people/{worker.person_id}/earnings", worker.token)["items"]
    assert (earned["minutes"], earned["left_minutes"]) == (60, 60)
    why = stage.client.get(f"/v1/transfers/{earned['transfer_id']}", worker.token)
    assert why["kind"] == "post"
    assert why["policy_version"] == earned["policy_version"]
    visit = stage.client.get(f"/v1/visits/{why['reference']}", worker.token)
    assert visit["minutes"] == 60


@pytest.mark.parametrize("path", ["supply", "solvency", "audits", "trial-balance"])
def test_the_citys_books_are_the_officers_to_see(stage: Stage, path: str) -> None:
    worker = served(stage, 60)
    assert stage.client.get(f"/v1/ledger/{path}", stage.city_officer)
    refusal("forbidden", stage.client.get, f"/v1/ledger/{path}", worker.token)
