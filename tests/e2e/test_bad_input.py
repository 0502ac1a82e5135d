"""What is wrong gets a clear problem over HTTP, and nothing has changed afterwards."""

import base64
import http.client
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from deploy.city.numbers import make_id_number
from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage
from services.identity.contract import SpecialGroup


HOME = "110105001"
MOST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def elder(stage: Stage) -> Person:
    person = story.register_and_verify(stage, 75, HOME)
    story.approve_special_group(stage, person, SpecialGroup.DEMENTIA, "诊断证明")
    story.grant(stage, person, 240, "失智老人")
    return person


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(hours=6)


def raw(stage: Stage, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
    """Status, headers and JSON of a request made by hand."""
    address = urlsplit(stage.client.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


def problem_of(call: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        call()
    return refused.value


def registration(stage: Stage, **changes: Any) -> dict[str, Any]:
    return story.fresh_details(stage, 30, stage.population.city.street(HOME)) | changes


def wrong_check_digit() -> str:
    right = make_id_number("110105", datetime(1990, 1, 1).date(), 998)
    return right[:-1] + ("0" if right[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id_number": wrong_check_digit()}, "invalid_id_number"),
        ({"id_number": "110105199002300017"}, "invalid_id_number"),
        ({"id_number": "990105199001010019"}, "invalid_id_number"),
        ({"colour": "red"}, "invalid_request"),
        ({"home": {"latitude": 91, "longitude": 116}}, "invalid_request"),
        ({"password": "short"}, "invalid_request"),
        ({"street": "11010500"}, "invalid_request"),
    ],
)
def test_a_wrong_registration_is_refused_with_the_reason(
    stage: Stage, changes: dict[str, Any], code: str
) -> None:
    problem = problem_of(lambda: stage.client.post("/v1/people", registration(stage, **changes)))
    assert (problem.status, problem.code) == (422, code)
    assert problem.body["type"] == f"/problems/{code}"


def test_the_same_person_is_registered_once_however_the_number_is_written(stage: Stage) -> None:
    details = registration(stage)
    stage.client.post("/v1/people", details)
    spaced = f"{details['id_number'][:6]} {details['id_number'][6:14]} {details['id_number'][14:]}"
    again = registration(stage, id_number=spaced.lower())
    problem = problem_of(lambda: stage.client.post("/v1/people", again))
    assert (problem.status, problem.code) == (409, "already_registered")


def test_a_pupil_of_seventeen_without_guardian_is_refused(stage: Stage) -> None:
    details = story.fresh_details(stage, 17, stage.population.city.street(HOME))
    problem = problem_of(lambda: stage.client.post("/v1/people", details))
    assert problem.code == "guardian_required"


@pytest.mark.parametrize("minutes", [0, -60, 60.5, "60", 10**15, None, True])
def test_an_amount_that_is_no_whole_number_in_range_moves_nothing(
    stage: Stage, elder: Person, minutes: Any
) -> None:
    before = story.budget(stage, elder.district)
    body = {"person_id": elder.person_id, "minutes": minutes, "reason": "x"}
    officer = stage.district_officer(elder.district)
    problem = problem_of(lambda: stage.client.post("/v1/grants", body, officer))
    assert (problem.status, problem.code) == (422, "invalid_request")
    assert "minutes" in problem.fields
    assert story.budget(stage, elder.district) == before


def test_a_window_in_the_past_is_refused_and_holds_nothing(stage: Stage, elder: Person) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    problem = problem_of(lambda: story.publish(stage, elder, yesterday, 60))
    assert (problem.code, list(problem.fields)) == ("invalid_window", ["starts_at"])
    assert story.wallet(stage, elder)["held_minutes"] == 0


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {"Content-Type": "application/json"}, 400, "malformed_json"),
        (b"[1]", {"Content-Type": "application/json"}, 400, "malformed_json"),
        (b'{"a": NaN}', {"Content-Type": "application/json"}, 400, "malformed_json"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
        (
            b"x" * (MOST_BYTES + 100_000),
            {"Content-Type": "application/json"},
            413,
            "body_too_large",
        ),
    ],
)
def test_a_body_that_is_not_ours_is_refused_before_anything_is_asked(
    stage: Stage, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    answered, received, problem = raw(stage, "POST", "/v1/people", body, **headers, **key)
    assert (answered, problem["code"]) == (status, code)
    assert received["Content-Type"].startswith("application/problem+json")


def test_a_change_needs_an_idempotency_key_and_a_repeat_changes_nothing(
    stage: Stage, elder: Person
) -> None:
    token = stage.district_officer(elder.district)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    grant = {"person_id": elder.person_id, "minutes": 10, "reason": "x"}
    body = json.dumps(grant).encode()
    status, _, problem = raw(stage, "POST", "/v1/grants", body, **headers)
    assert (status, problem["code"]) == (400, "idempotency_key_required")
    before, key = story.budget(stage, elder.district), str(uuid4())
    first = stage.client.post("/v1/grants", grant, token, key=key)
    assert stage.client.post("/v1/grants", grant, token, key=key) == first
    assert story.budget(stage, elder.district) == before - 10
    other = grant | {"minutes": 11}
    problem = problem_of(lambda: stage.client.post("/v1/grants", other, token, key=key))
    assert (problem.status, problem.code) == (409, "idempotency_conflict")
    assert story.budget(stage, elder.district) == before - 10


def forged(token: str) -> str:
    """Somebody else's claims under the old signature."""
    head, claims, signature = token.split(".")
    padded = claims + "=" * (-len(claims) % 4)
    content = json.loads(base64.urlsafe_b64decode(padded))
    content["roles"] = [{"role": "city_officer", "area": "110000"}]
    made = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    return f"{head}.{made}.{signature}"


def unsigned(token: str) -> str:
    _, claims, _ = token.split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{head}.{claims}."


@pytest.mark.parametrize("spoil", [lambda token: "", lambda token: "x.y.z", forged, unsigned])
def test_a_missing_or_forged_token_opens_nothing(stage: Stage, elder: Person, spoil: Any) -> None:
    token = spoil(elder.token)
    problem = problem_of(lambda: stage.client.get("/v1/ledger/trial-balance", token or None))
    assert (problem.status, problem.code) == (401, "unauthenticated")


def test_an_expired_token_opens_nothing(stage: Stage, elder: Person) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=2)
    body = {"phone": elder.phone, "password": stage.password}
    expired = stage.client.post("/v1/sessions", body, clock=long_ago)["access_token"]
    problem = problem_of(
        lambda: story.wallet(stage, elder.__class__(**{**vars(elder), "token": expired}))
    )
    assert (problem.status, problem.code) == (401, "unauthenticated")


def test_a_role_of_another_area_opens_nothing(stage: Stage, elder: Person) -> None:
    path = f"/v1/people/{elder.person_id}/wallet"
    for token in (stage.clerk("110105004"), stage.district_officer("110106")):
        assert problem_of(lambda token=token: stage.client.get(path, token)).code == "forbidden"
    assert stage.client.get(path, stage.clerk(HOME))["person_id"] == elder.person_id


def test_a_wrong_password_is_told_and_guessing_is_stopped(stage: Stage) -> None:
    person = story.register(stage, 30, HOME)
    codes = [
        problem_of(lambda: story.log_in(stage.client, person.phone, "wrong-password")).code
        for _ in range(6)
    ]
    assert codes[0] == "bad_credentials"
    assert codes[-1] == "too_many_requests"


def test_two_volunteers_at_once_one_wins_the_other_is_told(stage: Stage, elder: Person) -> None:
    import eventlet

    request = story.publish(stage, elder, soon(), 30)
    volunteers = [story.register_and_verify(stage, 30, HOME) for _ in range(2)]

    def accept(volunteer: Person) -> str:
        try:
            story.accept(stage, volunteer, request)
        except Problem as problem:
            return problem.code
        return "won"

    outcomes = sorted(eventlet.GreenPool().imap(accept, volunteers))
    assert outcomes == ["request_not_open", "won"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/people", 405), ("GET", "/v1/sessions", 405)],
)
def test_unknown_paths_and_methods_are_problems_too(
    stage: Stage, method: str, path: str, status: int
) -> None:
    answered, headers, problem = raw(stage, method, path)
    assert answered == status == problem["status"]
    assert headers["Content-Type"].startswith("application/problem+json")
    assert (status != 405) or headers["Allow"]


def test_the_documentation_is_served_without_the_internet(stage: Stage) -> None:
    status, _, document = raw(stage, "GET", "/openapi.json")
    assert status == 200
    assert len(document["paths"]) > 30
    address = urlsplit(stage.client.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    connection.request("GET", "/docs")
    page = connection.getresponse().read().decode()
    connection.close()
    assert "swagger" in page.lower()
    assert "https://" not in page
