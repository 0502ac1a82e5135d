"""The policy changes in the middle of a month: each decision goes by the version of its own time.

On the 15th of February 2041, at ten, credit goes over to steps of 20 minutes, redeeming to 65,
points to two a minute, the fence to three kilometres, ratings to sixty days, stars to few hours.
Rating is down while two officers adopt it, and hears of it together with two versions that follow.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from deploy.demo import policies, story
from deploy.demo.client import Problem
from deploy.demo.stage import Person, Stage
from services.kernel.calendar import CITY_TIME
from tests.e2e.test_facts import HOME, elder_with_coins, volunteer


CHANGE = datetime(2041, 2, 15, 10, tzinfo=CITY_TIME)
BEFORE, AFTER = CHANGE - timedelta(hours=1), CHANGE + timedelta(hours=1)
JANUARY, FEBRUARY = (10, 11), (20, 21)
SERVED, OLD_MINUTES, NEW_MINUTES = (50, 95), (50, 95), (40, 80)
RESTORED_FROM = datetime(2041, 3, 1, tzinfo=CITY_TIME)
NEVER_FROM = datetime(2041, 4, 1, tzinfo=CITY_TIME)
IN_MARCH, IN_APRIL = RESTORED_FROM + timedelta(days=4), NEVER_FROM + timedelta(days=1)
WORKERS_AGE = 62
# So far north of the door: beyond the fence of 500 metres, within that of three kilometres.
AWAY_DEGREES = 0.014
CHANGES: dict[str, dict[str, Any]] = {
    "credit": {"step_minutes": 20, "smallest_minutes": 20},
    "elder": {"redeem_from_age": 65},
    "gift": {"receiver_from_age": 65},
    "points": {"a_minute": 2},
    "visit": {"geofence_metres": 3000},
    "rating": {"window_days": 60},
    "stars": {"hours": [1, 4, 600, 1000, 1500]},
}


@dataclass
class Month:
    """The people of the story, the versions of the policy, and what each step was answered."""

    stage: Stage
    elder: Person
    worker: Person
    helper: Person
    old: int = 0
    new: int = 0
    restored: int = 0
    dry_run: dict[str, int] = field(default_factory=dict)
    january: list[dict[str, Any]] = field(default_factory=list)
    february: list[dict[str, Any]] = field(default_factory=list)
    across: dict[str, Any] = field(default_factory=dict)
    redeemed: dict[str, Any] = field(default_factory=dict)
    points: list[int] = field(default_factory=list)
    heard: dict[str, str] = field(default_factory=dict)

    def hears(self, name: str, call: Callable[..., Any], *arguments: Any) -> None:
        """Keep what somebody hears: accepted, or why not."""
        try:
            call(*arguments)
            self.heard[name] = "accepted"
        except Problem as problem:
            self.heard[name] = problem.code

    def serve(self, starts_at: datetime, minutes: int, name: str) -> dict[str, Any]:
        """The worker comes to the elder, and tries from afar first; the completed visit."""
        clock, asked = starts_at - timedelta(days=1), max(60, minutes)
        request = story.publish(self.stage, self.elder, starts_at, asked, clock, hours=2)
        booking = story.accept(self.stage, self.worker, request, clock)
        where = story.position(request)
        away = where | {"latitude": where["latitude"] + AWAY_DEGREES}
        self.hears(name, story.check_in, self.stage, self.worker, booking, away, starts_at)
        if self.heard[name] != "accepted":
            story.check_in(self.stage, self.worker, booking, where, starts_at)
        end = starts_at + timedelta(minutes=minutes)
        return story.check_out(self.stage, self.worker, booking, where, end)

    def points_after(self, minutes: int) -> int:
        """The worker's points once so many minutes have been earned in all."""
        paid = story.until_coins(self.stage, self.worker, earned_minutes=minutes, held_minutes=60)
        return int(paid["points"])

    def get(self, path: str, person: Person, moment: datetime | None = None) -> dict[str, Any]:
        return self.stage.client.get(path, person.token, moment)


def on_day(month: int, day: int) -> datetime:
    return datetime(2041, month, day, 9, tzinfo=CITY_TIME)


def tried(month: Month, draft_id: str) -> dict[str, int]:
    """What a draft would have paid for January, day by day, once matching has heard of it."""
    stage, path = month.stage, f"/v1/policy-drafts/{draft_id}/dry-run"
    query: dict[str, Any] = {"month": "2041-01", "cursor": date(2041, 1, 8)}
    totals = dict.fromkeys(("visits", "changed", "minutes_before", "minutes_after"), 0)
    while query["cursor"]:
        page = story.until(
            lambda: stage.client.get(path, stage.city_officer, BEFORE, **query),
            "a dry run",
            "not_found",
        )
        for each in page["totals"]:
            totals = {name: so_far + each[name] for name, so_far in totals.items()}
        query["cursor"] = page["next_cursor"]
    return totals


def adopt(month: Month, platform: Any) -> None:
    """Three versions, each by two officers, while rating is down; the second never rules."""
    stage, client = month.stage, month.stage.client
    second = policies.second_city_officer(stage, HOME)
    former = policies.document_of(stage, month.old)
    document = deepcopy(former)
    for section, rules in CHANGES.items():
        for rule, value in rules.items():
            document[section][rule]["value"] = value
    body = {"document": document, "effective_from": CHANGE.isoformat(), "reason": "按城市经验调整"}
    draft = client.post("/v1/policy-drafts", body, stage.city_officer)
    path = f"/v1/policy-drafts/{draft['draft_id']}"
    client.post(f"{path}/submit", {}, stage.city_officer)
    month.dry_run = tried(month, draft["draft_id"])
    month.hears("alone", client.post, f"{path}/approve", {}, stage.city_officer)
    platform.stop_process("rating")
    month.new = client.post(f"{path}/approve", {}, second.token)["version"]
    policies.change_policy(stage, second, NEVER_FROM, rating={"window_days": 3})
    back = {"document": former, "effective_from": RESTORED_FROM.isoformat(), "reason": "试行结束"}
    month.restored = policies.adopted(stage, back, second.token)


@pytest.fixture(scope="module")
def month(stage: Stage, platform: Any) -> Month:
    elder = elder_with_coins(stage, 600)
    born = {"on": CHANGE.date()}
    worker = story.register_and_verify(stage, WORKERS_AGE, HOME, **born)
    month = Month(stage, elder, worker, volunteer(stage))
    month.old = policies.policy_at(stage, BEFORE)["version"]
    for day, minutes in zip(JANUARY, SERVED, strict=True):
        month.january.append(month.serve(on_day(1, day), minutes, "from afar in January"))
    story.until_coins(stage, worker, earned_minutes=sum(SERVED))
    asked = story.publish(stage, worker, AFTER, 60, BEFORE)
    rate = (story.rate, stage, elder, month.january[0], 5, "")
    month.hears("a month later", *rate, BEFORE)
    adopt(month, platform)
    policies.until_ledger_follows(stage, month.new, CHANGE, worker)
    policies.until_matching_follows(stage, month.new, CHANGE, worker, asked)
    month.points.append(month.points_after(sum(SERVED) - 60))
    month.across = month.serve(CHANGE - timedelta(minutes=30), 50, "from afar before ten")
    month.points.append(month.points_after(sum(SERVED) - 60 + 50))
    month.redeemed = story.complete_visit(stage, month.helper, asked, 50)
    month.hears("at 62", story.publish, stage, worker, AFTER + timedelta(days=1), 60, AFTER)
    for day, minutes in zip(FEBRUARY, SERVED, strict=True):
        month.february.append(month.serve(on_day(2, day), minutes, "from afar after ten"))
    platform.start_process("rating")
    month.hears("a month later, after the change", *rate, AFTER)
    return month


def test_a_draft_tried_on_last_month_says_what_it_then_pays_for_the_same_visits(
    month: Month,
) -> None:
    paid = [visit["minutes"] for visit in month.january]
    paid_then = [visit["minutes"] for visit in month.february]
    assert (paid, paid_then) == (list(OLD_MINUTES), list(NEW_MINUTES))
    told = {"visits": 2, "changed": 2, "minutes_before": sum(paid), "minutes_after": sum(paid_then)}
    assert month.dry_run == told
    assert month.heard["alone"] == "second_officer_needed"


def test_a_visit_across_the_change_keeps_the_rules_that_it_began_under(month: Month) -> None:
    assert (month.across["minutes"], month.across["policy_version"]) == (50, month.old)
    why = month.get(f"/v1/visits/{month.across['visit_id']}/explanation", month.worker)
    assert (why["policy_version"], why["minutes"]) == (month.old, 50)
    later = month.get(f"/v1/visits/{month.february[0]['visit_id']}/explanation", month.worker)
    assert (later["policy_version"], later["minutes"]) == (month.new, 40)
    values = {step["rule"]: step["value"] for step in later["steps"]}
    assert values["step_minutes"] == 20


def test_coins_and_points_name_the_version_that_paid_them(month: Month) -> None:
    story.until_coins(month.stage, month.worker, held_minutes=0)
    lines = {
        line["minutes"]: line["policy_version"]
        for line in story.statement(month.stage, month.worker)
        if line["kind"] == "post"
    }
    assert lines == {95: month.old, 50: month.old, 40: month.new, 80: month.new}
    before, after = month.points
    assert after - before == 2 * month.across["minutes"], "paid out at 10:20, by the new version"


def test_a_request_made_before_is_held_by_the_old_version_and_paid_by_the_new(month: Month) -> None:
    assert (month.redeemed["minutes"], month.redeemed["policy_version"]) == (40, month.new)
    (held,) = [
        line for line in story.statement(month.stage, month.worker) if line["kind"] == "hold"
    ]
    assert (held["minutes"], held["policy_version"]) == (-60, month.old)
    story.until_coins(month.stage, month.helper, earned_minutes=40)
    (earned,) = story.statement(month.stage, month.helper)
    assert (earned["minutes"], earned["policy_version"]) == (40, month.new)
    assert month.heard["at 62"] == "not_yet_elder"


def test_the_fence_is_the_one_of_the_hour_of_the_check_in(month: Month) -> None:
    told = [month.heard[f"from afar {when}"] for when in ("in January", "before ten", "after ten")]
    assert told == ["too_far", "too_far", "accepted"]


def test_a_service_that_was_down_when_it_was_adopted_rules_by_it_once_it_is_back(
    month: Month,
) -> None:
    assert month.heard["a month later"] == "rating_window_closed"
    assert month.heard["a month later, after the change"] == "accepted"
    path = f"/v1/visits/{month.january[0]['visit_id']}/rating"
    assert month.get(path, month.elder, AFTER)["policy_version"] == month.new
    stars = f"/v1/people/{month.worker.person_id}/stars"
    assert month.get(stars, month.worker, BEFORE)["policy_version"] == month.old

    served = sum(OLD_MINUTES) + 50 + sum(NEW_MINUTES)

    def all_heard() -> list[Any] | None:
        shown = month.get(stars, month.worker, AFTER)
        return shown["reached"] if shown["minutes"] == served else None

    reached = story.until(all_heard, "the minutes of all visits")
    assert [(each["star"], each["policy_version"]) for each in reached] == [
        (1, month.new),
        (2, month.new),
    ]


def test_a_version_that_is_overtaken_before_its_day_never_rules(month: Month) -> None:
    stage, worker = month.stage, month.worker
    versions = stage.client.get("/v1/policies", stage.city_officer, IN_APRIL)["items"]
    standing = {each["version"]: each["standing"] for each in versions}
    assert (standing[month.restored], standing[month.restored - 1]) == ("in_force", "overtaken")
    for path in (f"/v1/people/{worker.person_id}/{each}" for each in ("admission", "stars")):
        assert month.get(path, worker, IN_APRIL)["policy_version"] == month.restored
    rated = story.rate(stage, month.elder, month.february[1], 4, "", IN_MARCH)
    assert rated["stars"] == 4
    path = f"/v1/visits/{month.february[1]['visit_id']}/rating"
    assert month.get(path, month.elder, IN_MARCH)["policy_version"] == month.restored
