"""Suspension takes effect within seconds, in every service and at every door."""

import time
from typing import Any

import pytest

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.stage import Stage, log_in, until


STREET = "110105001"
SECONDS = 5.0


def clerk_with_a_live_token(stage: Stage) -> Any:
    clerk = story.register_and_verify(stage, 35, STREET)
    role = {"role": "agency_clerk", "area": STREET}
    officer = stage.district_officer(clerk.district)
    stage.client.post(f"/v1/people/{clerk.person_id}/roles", role, officer)
    return story.signed_in(stage, clerk)


def operations(elder_id: str) -> dict[str, str]:
    """Something a clerk may read in each of the four services."""
    return {
        "identity": f"/v1/people/{elder_id}",
        "matching": f"/v1/requests?elder_id={elder_id}",
        "ledger": f"/v1/people/{elder_id}/wallet",
        "rating": f"/v1/people/{elder_id}/reputation",
    }


def refusal(stage: Stage, path: str, token: str) -> str | None:
    try:
        stage.client.get(path, token)
    except Problem as problem:
        return problem.code
    return None


@pytest.mark.parametrize("stopped_by", ["suspension", "roles/removal"])
def test_a_clerk_who_is_stopped_is_out_of_every_service_within_seconds(
    stage: Stage, stopped_by: str
) -> None:
    elder = story.register_and_verify(stage, 75, STREET)
    clerk = clerk_with_a_live_token(stage)
    paths = operations(elder.person_id)
    assert {refusal(stage, path, clerk.token) for path in paths.values()} == {None}
    officer = stage.district_officer(clerk.district)
    body = {"reason": "A complaint"}
    if stopped_by == "roles/removal":
        body |= {"role": "agency_clerk", "area": STREET}
    stage.client.post(f"/v1/people/{clerk.person_id}/{stopped_by}", body, officer)
    began = time.monotonic()
    for service, path in paths.items():
        until(
            lambda path=path: refusal(stage, path, clerk.token) == "session_revoked" or None,  # type: ignore[misc]
            f"{service} refuses the token",
            seconds=SECONDS,
        )
    assert time.monotonic() - began < SECONDS
    if stopped_by == "suspension":
        with pytest.raises(Problem) as refused:
            log_in(stage.client, clerk.phone, stage.password)
        assert refused.value.code == "account_suspended"
        path = f"/v1/people/{clerk.person_id}/reinstatement"
        stage.client.post(path, {"reason": "It was unfounded"}, officer)
    again = story.signed_in(stage, clerk)
    reads_again = None if stopped_by == "suspension" else "forbidden"
    assert refusal(stage, paths["identity"], again.token) == reads_again


def test_a_whole_agency_is_stopped_with_its_clerks_and_its_street_knows_it_again(
    stage: Stage,
) -> None:
    elder, clerk = (story.register_and_verify(stage, age, STREET) for age in (75, 35))
    officer, path = stage.district_officer(clerk.district), "/v1/organisations"
    proposal = {"kind": "agency", "name": f"养老服务中心 {clerk.phone}", "streets": [STREET]}
    body = proposal | {"district": clerk.district}
    agency = stage.client.post(path, body, clerk.token)
    own = f"{path}/{agency['organisation_id']}"
    staff = {"person_id": clerk.person_id, "role": "agency_clerk", "area": STREET}
    with pytest.raises(Problem) as refused:
        stage.client.post(f"{own}/staff", staff, officer)
    assert refused.value.code == "wrong_organisation_state"
    stage.client.post(f"{own}/confirmation", {}, officer)
    stage.client.post(f"{own}/staff", staff, officer)
    clerk = story.signed_in(stage, clerk)
    paths = operations(elder.person_id)
    assert {refusal(stage, path, clerk.token) for path in paths.values()} == {None}
    stage.client.post(f"{own}/suspension", {"reason": "投诉"}, officer)
    for path in paths.values():
        until(
            lambda path=path: refusal(stage, path, clerk.token) == "session_revoked" or None,  # type: ignore[misc]
            "the token is refused",
            seconds=SECONDS,
        )
    # The person is not suspended, but holds no role until the agency may work again.
    without = story.signed_in(stage, clerk)
    assert refusal(stage, paths["identity"], without.token) == "forbidden"
    stage.client.post(f"{own}/reinstatement", {"reason": "已整改"}, officer)
    again = story.signed_in(stage, clerk)
    assert refusal(stage, paths["identity"], again.token) is None
