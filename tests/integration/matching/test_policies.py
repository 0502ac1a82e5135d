"""Why a visit was credited what it was, and what a draft of the policy would have credited."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.identity.contract import PolicyProposed
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.matching import contract
from tests.integration.matching.conftest import DISTRICT, START, Town, person


CITY = Caller(uuid4(), (RoleIn("city_officer", "110000"),))
AFTER = START + timedelta(days=40)


def propose(town: Town, values: dict[str, Any], draft_id: str, sequence: int = 0) -> None:
    more = {"sequence": sequence} if sequence else {}
    town.matching.publish(
        PolicyProposed,
        district="110000",
        draft_id=draft_id,
        base_version=1,
        effective_from=datetime(2099, 1, 1, tzinfo=UTC),
        values=values,
        proposed_by=CITY.person_id,
        **more,
    )


def dry_run(town: Town, draft_id: str, by: Caller = CITY, **more: Any) -> dict[str, Any]:
    payload = {"draft_id": draft_id, "month": f"{START:%Y-%m}"} | more
    return dict(town.matching.call("dry_run_draft", payload, by, key=None, now=AFTER))


def known(town: Town, draft_id: str) -> bool:
    try:
        dry_run(town, draft_id)
    except NotFound:
        return False
    return True


def test_a_dry_run_shows_what_a_draft_would_have_paid_and_changes_nothing(
    town: Town, policy_values: dict[str, Any]
) -> None:
    _, booking_id = town.accepted()
    town.check("in", booking_id, START)
    visit = town.check("out", booking_id, START + timedelta(minutes=95))
    values, draft_id = deepcopy(policy_values), str(uuid4())
    values["credit"] |= {"step_minutes": 60, "smallest_minutes": 60}
    propose(town, values, draft_id)
    town.matching.eventually(lambda: known(town, draft_id))
    shown = dry_run(town, draft_id, cursor=f"{START:%Y-%m-%d}")
    assert shown["totals"] == [
        {
            "district": DISTRICT,
            "visits": 1,
            "changed": 1,
            "minutes_before": 95,
            "minutes_after": 60,
        }
    ]
    assert shown["whole"] is True
    empty = dry_run(town, draft_id)
    assert (empty["day"], empty["totals"]) == (f"{START:%Y-%m}-01", [])
    assert empty["next_cursor"] == f"{START:%Y-%m}-02"
    payload = {"visit_id": visit["visit_id"]}
    assert town.matching.call("show_visit", payload, town.elder, key=None)["minutes"] == 95
    for caller in (town.elder, town.clerk, person(DISTRICT, RoleIn("district_officer", DISTRICT))):
        with pytest.raises(Forbidden):
            dry_run(town, draft_id, caller)
    with pytest.raises(InvalidRequest):
        dry_run(town, draft_id, month="2026-13")
    with pytest.raises(contract.DayNotOver):
        dry_run(town, draft_id, month=f"{AFTER:%Y-%m}", cursor=f"{AFTER:%Y-%m-%d}")
    with pytest.raises(NotFound):
        dry_run(town, str(uuid4()))


def test_a_visit_is_explained_by_its_version_step_by_step_in_words(town: Town) -> None:
    _, booking_id = town.accepted()
    town.check("in", booking_id, START)
    visit = town.check("out", booking_id, START + timedelta(minutes=95))
    payload = {"visit_id": visit["visit_id"]}
    why = town.matching.call("explain_visit", payload, town.elder, key=None)
    assert (why["policy_version"], why["minutes"], why["state"]) == (1, 95, "completed")
    assert (why["zh"], why["en"]) == (
        "服务已完成，计95分钟。",
        "The visit is completed: 95 minutes.",
    )
    first, *_, last = why["steps"]
    assert first["zh"] == "从签到到签出共95整分钟"
    assert (last["rule"], last["value"], last["minutes"]) == ("smallest_minutes", 15, 95)
    assert last["en"] == "nothing under 15 minutes: 95 minutes"
    with pytest.raises(Forbidden):
        town.matching.call("explain_visit", payload, person(), key=None)
