"""S10 over HTTP: a volunteer is certified, a stranger checks it, an officer revokes it."""

import http.client
import io
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from pypdf import PdfReader

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage
from tests.e2e.test_facts import HOME, elder_with_coins, refusal, soon, volunteer


def fetch(stage: Stage, path: str, token: str = "") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a page or a file."""
    address = urlsplit(stage.client.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def test_s10_a_certificate_is_issued_checked_by_a_stranger_and_revoked(stage: Stage) -> None:
    client, worker = stage.client, volunteer(stage)
    path = f"/v1/people/{worker.person_id}/service-certificates"

    def refused() -> bool | None:
        with pytest.raises(Problem) as problem:
            client.post(path, {}, worker.token)
        return problem.value.code == "nothing_to_certify" or None

    story.until(refused, "a refusal for want of service")
    visit = story.complete_visit(
        stage, worker, story.publish(stage, elder_with_coins(stage), soon(), 60), 60
    )
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    refusal("forbidden", client.post, path, {}, volunteer(stage).token, clock)

    def issued() -> dict[str, Any]:
        return client.post(path, {}, worker.token, clock)

    certificate = story.until(issued, "the visit in rating", "nothing_to_certify")
    assert (certificate["minutes"], certificate["visits"]) == (60, 1)

    own = f"/v1/service-certificates/{certificate['certificate_id']}"
    status, headers, body = fetch(stage, f"{own}.pdf", worker.token)
    assert (status, headers["Content-Type"]) == (200, "application/pdf")
    assert f"certificate-{certificate['number']}.pdf" in headers["Content-Disposition"]
    (page,) = PdfReader(io.BytesIO(body)).pages
    said = page.extract_text()
    assert "志愿服务记录证明" in said and worker.name in said and certificate["number"] in said
    (picture,) = page.images
    assert picture.image is not None
    (code,) = zxingcpp.read_barcodes(picture.image)
    assert code.text.startswith(client.url + "/certificates/")

    # Who has no phone gets it at the agency of their street.
    by_clerk = client.post(path, {}, stage.clerk(HOME), clock)
    assert (by_clerk["name"], by_clerk["minutes"]) == (worker.name, 60)

    # A stranger scans it, without an account.
    where = code.text.removeprefix(client.url)
    check = f"/v1/certificate-checks/{certificate['number']}"
    assert client.get(check) == {
        "number": certificate["number"],
        "validity": "valid",
        "minutes": 60,
    }
    status, headers, body = fetch(stage, where)
    shown = body.decode()
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "有效" in shown and certificate["number"] in shown and "1 小时 0 分钟" in shown
    assert worker.name not in shown and worker.person_id not in shown
    assert fetch(stage, f"{own}.pdf")[0] == 401
    assert fetch(stage, where[:-1] + ("2" if where[-1] != "2" else "3"))[0] == 404

    # The street's officer makes it void, and the stranger sees so.
    reason = {"reason": "服务日期有误，另行出具"}
    refusal("forbidden", client.post, own + "/revocation", reason, worker.token, clock)
    officer = stage.district_officer(HOME[:6])
    client.post(own + "/revocation", reason, officer, clock)
    refusal("certificate_revoked", client.post, own + "/revocation", reason, officer, clock)
    assert client.get(check)["validity"] == "revoked"
    assert "已撤销" in fetch(stage, where)[2].decode()
    printed_anew = PdfReader(io.BytesIO(fetch(stage, f"{own}.pdf", worker.token)[2]))
    assert "REVOKED" in printed_anew.pages[0].extract_text()
    again = issued()
    listed = client.get(path, worker.token, clock)["items"]
    assert {each["number"]: each["state"] for each in listed} == {
        certificate["number"]: "revoked",
        by_clerk["number"]: "issued",
        again["number"]: "issued",
    }
    numbers = {
        each["number"]
        for each in client.get(
            "/v1/service-certificates", stage.clerk(HOME), clock, area=HOME, limit=50
        )["items"]
    }
    assert {certificate["number"], again["number"]} <= numbers
