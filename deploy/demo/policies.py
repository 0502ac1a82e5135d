"""The policy is changed by two: one city officer drafts a version, a second approves it."""

from datetime import datetime
from typing import Any

from deploy.demo import story
from deploy.demo.stage import Person, Stage, until
from services.identity.contract import Role
from services.identity.domain.policy_rules import values_of


OFFICERS_STREET, OFFICERS_AGE = "110101008", 45


def policy_at(stage: Stage, moment: datetime) -> dict[str, Any]:
    """The version that is in force at a moment, also one still to come."""
    return stage.client.get("/v1/policies/current", stage.city_officer, moment)


def document_of(stage: Stage, version: int) -> dict[str, Any]:
    """Each value of a version with its source and reason."""
    shown = stage.client.get(f"/v1/policies/{version}", stage.city_officer)
    return dict(shown["document"])


def draft_of(stage: Stage, effective_from: datetime, **changes: dict[str, Any]) -> dict[str, Any]:
    """The newest version's document with other values, as the body of a draft.

    ``changes`` are section by section, as ``care_home={"coins_needed": 2}``.
    """
    newest = stage.client.get("/v1/policies", stage.city_officer)["items"][0]["version"]
    document = document_of(stage, newest)
    for section, values in changes.items():
        for rule, value in values.items():
            document[section][rule]["value"] = value
    return {
        "document": document,
        "effective_from": effective_from.isoformat(),
        "reason": "For the demonstration.",
    }


def second_city_officer(stage: Stage, street: str) -> Person:
    """Somebody new whom the city's officer makes a colleague."""
    person = story.register_and_verify(stage, OFFICERS_AGE, street)
    role = {"role": "city_officer", "area": stage.population.city.code}
    stage.client.post(f"/v1/people/{person.person_id}/roles", role, stage.city_officer)
    return story.signed_in(stage, person)


def change_policy(
    stage: Stage, second: Person, effective_from: datetime, **changes: dict[str, Any]
) -> int:
    """A version drafted by one city officer and approved by a second; its number."""
    return adopted(stage, draft_of(stage, effective_from, **changes), second.token)


def adopted(stage: Stage, body: dict[str, Any], second: str) -> int:
    drafted = stage.client.post("/v1/policy-drafts", body, stage.city_officer)
    path = f"/v1/policy-drafts/{drafted['draft_id']}"
    stage.client.post(f"{path}/submit", {}, stage.city_officer)
    return int(stage.client.post(f"{path}/approve", {}, second)["version"])


def in_force_from(
    stage: Stage, begins: datetime, document: dict[str, Any], reason: str
) -> dict[str, Any]:
    """The version with this document that is in force at a moment, adopted if there is none yet.

    Whoever plays beside us may want the same: then a draft is outdated, and one looks again.
    """
    body = {"document": document, "effective_from": begins.isoformat(), "reason": reason}

    def look() -> dict[str, Any] | None:
        shown = policy_at(stage, begins)
        if shown["values"] == values_of(document):
            return shown
        adopted(stage, body, kept_second_officer(stage))
        return None

    return until(look, "a version of the policy", "draft_outdated")


def kept_second_officer(stage: Stage) -> str:
    """The token of a second city officer, who is made the first time that one is needed."""
    key = (str(Role.CITY_OFFICER), "second")
    if key not in stage.tokens:
        stage.tokens[key] = second_city_officer(stage, OFFICERS_STREET).token
    return stage.tokens[key]


def until_ledger_follows(stage: Stage, version: int, moment: datetime, person: Person) -> None:
    """Until the ledger has heard of the version that is in force at a moment."""
    until_goes_by(stage, version, moment, person, f"/v1/people/{person.person_id}/admission")


def until_matching_follows(
    stage: Stage, version: int, moment: datetime, elder: Person, request: dict[str, Any]
) -> None:
    """The same of matching, asked about an open request of the elder's."""
    path = f"/v1/requests/{request['request_id']}/candidates"
    until_goes_by(stage, version, moment, elder, path)


def until_goes_by(stage: Stage, version: int, moment: datetime, person: Person, path: str) -> None:
    def look() -> bool | None:
        return stage.client.get(path, person.token, moment)["policy_version"] == version or None

    until(look, f"an answer by version {version}")


def was_approved_by_another(stage: Stage, version: int) -> bool:
    """Whether two officers brought a version about; the first of all needs one."""
    shown = stage.client.get(f"/v1/policies/{version}", stage.city_officer)
    if shown["draft_id"] is None:
        return version == 1
    draft = stage.client.get(f"/v1/policy-drafts/{shown['draft_id']}", stage.city_officer)
    approvals = [step["by"] for step in draft["history"] if step["state"] == "approved"]
    return len(approvals) == 1 and draft["author_id"] not in approvals
