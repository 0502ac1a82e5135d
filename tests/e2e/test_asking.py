"""Ways of asking, over HTTP on the real processes: replaced, weekly, together."""

from datetime import timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.stage import Person, Stage, until
from services.kernel.calendar import city_date
from tests.e2e.test_facts import HOME, elder_with_coins, soon, story_until, volunteer


DISTRICT = HOME[:6]


def class_of(stage: Stage, minutes: int, **changes: Any) -> dict[str, Any]:
    """The clerk announces a calligraphy class for three to twelve elders."""
    start = soon()
    wish = {
        "street": HOME,
        "item_code": "calligraphy-class",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "minutes": minutes,
        "place": {"latitude": 39.91, "longitude": 116.45, "address": "社区活动室"},
    }
    return stage.client.post("/v1/activities", wish | changes, stage.clerk(HOME))


def join(stage: Stage, activity: dict[str, Any], elder: Person) -> None:
    path = f"/v1/activities/{activity['request_id']}/seats"
    stage.client.post(path, {"elder_id": elder.person_id}, elder.token)


def led(stage: Stage, leader: Person, activity: dict[str, Any], minutes: int) -> None:
    """Once enough places are held, the volunteer leads the class from its start."""
    path = f"/v1/requests/{activity['request_id']}"

    def is_open() -> dict[str, Any] | None:
        shown = stage.client.get(f"/v1/activities/{activity['request_id']}", stage.clerk(HOME))
        return stage.client.get(path, leader.token) if shown["state"] == "open" else None

    request = until(is_open, "an open activity")
    visit = story.complete_visit(stage, leader, request, minutes)
    assert (visit["state"], visit["minutes"]) == ("completed", minutes)


def settled_wallet(stage: Stage, elder: Person) -> dict[str, Any]:
    """The elder's wallet once nothing is held any more."""

    def look() -> dict[str, Any] | None:
        wallet = story.wallet(stage, elder)
        return None if wallet["held_minutes"] else wallet

    return until(look, "the rest of a hold")


def test_a_replacement_may_use_the_coins_that_were_held_for_what_it_replaces(stage: Stage) -> None:
    elder = elder_with_coins(stage, 120)
    old = story.publish(stage, elder, soon(), 90)
    wish = {name: old[name] for name in ("starts_at", "ends_at", "version")}
    wish |= {"category": "assistance", "minutes": 120, "place": elder.place}
    path = f"/v1/requests/{old['request_id']}"
    new = stage.client.post(f"{path}/replacement", wish, elder.token)
    request = until(lambda: story.settled(stage, elder, new), "a settled replacement")
    assert (request["state"], request["replaces_id"]) == ("open", old["request_id"])
    assert stage.client.get(path, elder.token)["state"] == "cancelled"
    assert story.wallet(stage, elder)["held_minutes"] == 120


def test_each_week_of_a_series_holds_its_own_coins(stage: Stage) -> None:
    elder = elder_with_coins(stage, 90)
    first_on = city_date(soon()) + timedelta(days=1)
    wish = {
        "elder_id": elder.person_id,
        "item_code": "reading-aloud",
        "weekday": first_on.isoweekday(),
        "time_of_day": "10:00",
        "minutes": 60,
        "first_on": first_on.isoformat(),
        "last_on": (first_on + timedelta(weeks=8)).isoformat(),
        "place": elder.place,
    }
    series = stage.client.post("/v1/series", wish, elder.token)
    path = f"/v1/series/{series['series_id']}"

    def settled() -> list[str] | None:
        shown = stage.client.get(path, elder.token)["occurrences"]
        states = sorted(each["state"] for each in shown)
        return None if "submitted" in states else states

    # Coins for one week: the second is refused, and the series goes on.
    assert until(settled, "each week's coins") == ["open", "refused"]
    assert stage.client.get(path, elder.token)["state"] == "active"
    assert story.wallet(stage, elder)["held_minutes"] == 60


def test_elders_of_a_class_pay_shares_that_add_up_to_what_the_volunteer_earns(
    stage: Stage,
) -> None:
    elders, leader = [elder_with_coins(stage, 60) for _ in range(3)], volunteer(stage)
    activity = class_of(stage, 90)
    for elder in elders:
        join(stage, activity, elder)
    led(stage, leader, activity, 80)
    story_until(stage, leader, earned_minutes=80)
    spent = [60 - settled_wallet(stage, elder)["granted_minutes"] for elder in elders]
    assert sorted(spent) == [26, 27, 27]
