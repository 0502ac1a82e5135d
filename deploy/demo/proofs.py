"""The codes that prove a visit: shown by the elder's phone, or printed on a card at the desk."""

from datetime import datetime

from deploy.demo.stage import Person, Stage


def visit_code(stage: Stage, elder: Person, clock: datetime) -> dict[str, str]:
    """What the volunteer types: the code that the elder's phone shows at that moment."""
    path = f"/v1/people/{elder.person_id}/visit-code"
    return {"code": str(stage.client.get(path, elder.token, clock)["code"])}


def set_up_visit_code(stage: Stage, elder: Person) -> None:
    stage.client.post(f"/v1/people/{elder.person_id}/visit-code", {}, elder.token)


def code_card(stage: Stage, elder: Person) -> list[dict[str, str]]:
    """The codes of a card that the street's clerk prints for an elder without a phone."""
    path, clerk = f"/v1/people/{elder.person_id}/code-card", stage.clerk(elder.street)
    stage.client.post(path, {}, clerk)
    return [{"code": each["code"]} for each in stage.client.get(path, clerk)["codes"]]
