"""A day's dispatch: the clerk of a street has a day planned, looks at it, and accepts it."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import dispatching, story
from deploy.demo.play.main_job import MainJob
from deploy.demo.report import hour
from deploy.demo.stage import Person
from services.kernel.calendar import city_date


STREET, OTHER_STREET = "110105017", "110105004"
ELDER_AGE, VOLUNTEER_AGE = 82, 40
HELPERS, MINUTES, GRANTED = 3, 60, 60
DAYS_LATER_HOURS, EVENING_HOURS = 144, 12


def day_of_dispatch(play: MainJob) -> None:
    """Three volunteers give their day; three elders are served, and one asks for the evening."""
    play.report.chapter("dispatch")
    morning = play.after(DAYS_LATER_HOURS)
    helpers = {helper.person_id: helper for helper in (willing(play) for _ in range(HELPERS))}
    requests = {}
    for hours in (*[0] * HELPERS, EVENING_HOURS):
        elder, starts_at = elder_with_coins(play), morning + timedelta(hours=hours)
        request = story.publish(play.stage, elder, starts_at, MINUTES, hours=1)
        requests[request["request_id"]] = (elder, request)
    facts = {"street": street(play, STREET), "day": hour(morning).split()[0]}
    play.report.step("dispatch_morning", True, count=len(requests), helpers=HELPERS, **facts)
    plan = planned(play, morning, requests)
    plan = dispatching.accept_plan(play.stage, plan, play.stage.clerk(STREET))
    booked = [line for line in plan["lines"] if line["outcome"] == "booked"]
    right = plan["state"] == "accepted" and plan["booked"] == len(booked) >= HELPERS
    play.report.step("dispatch_accepted", right, instead=str(plan["lines"]), count=len(booked))
    come_and_go(play, helpers, requests, booked)


def street(play: MainJob, code: str) -> str:
    return play.stage.population.city.street(code).name_zh


def willing(play: MainJob) -> Person:
    helper = story.register_and_verify(play.stage, VOLUNTEER_AGE, STREET)
    dispatching.set_profile(play.stage, helper)
    return helper


def elder_with_coins(play: MainJob) -> Person:
    stage, words = play.stage, play.words
    elder = story.register_and_verify(stage, ELDER_AGE, STREET, willing_and_healthy=False)
    story.approve_special_group(stage, elder, "advanced_age", words["dispatch_evidence"])
    story.top_up(stage, elder.district, GRANTED, words["top_up_reason"])
    story.grant(stage, elder, GRANTED, words["dispatch_grant_reason"])
    return elder


def planned(play: MainJob, morning: datetime, requests: dict[str, Any]) -> dict[str, Any]:
    """The plan, seen by those who may: who comes to whom, and why nobody comes in the evening."""
    stage, clerk, day = play.stage, play.stage.clerk(STREET), city_date(morning)
    other = stage.clerk(OTHER_STREET)
    play.refused(
        "dispatch_elsewhere",
        "forbidden",
        lambda: dispatching.ask_for_plan(stage, STREET, day, other),
        other=street(play, OTHER_STREET),
    )
    asked = dispatching.ask_for_plan(stage, STREET, day, clerk)
    plan = dispatching.computed(stage, asked, clerk)
    lines = [line for line in plan["lines"] if line["request_id"] in requests]
    served = [line for line in lines if line["volunteer_id"]]
    distinct = len({line["volunteer_id"] for line in served}) == len(served) == HELPERS
    facts = {"count": len(lines), "served": len(served), "metres": plan["walking_metres"]}
    right = plan["state"] == "computed" and distinct
    play.report.step("dispatch_planned", right, instead=str(lines), **facts)
    (evening,) = (line for line in lines if line["unserved"])
    why = evening["unserved"]
    right = why["code"] == "nobody_free"
    play.report.step("dispatch_unserved", right, name=evening["elder_name"], why=why["zh"])
    elder, request = requests[evening["request_id"]]
    story.cancel(stage, elder, request, play.words["dispatch_cancel_reason"])
    return plan


def come_and_go(
    play: MainJob,
    helpers: dict[str, Person],
    requests: dict[str, Any],
    booked: list[dict[str, Any]],
) -> None:
    """Each volunteer of the plan comes, and has earned what was asked for."""
    stage, earned, doors = play.stage, 0, True
    ours = [line for line in booked if line["volunteer_id"] in helpers]
    for line in ours:
        helper, (elder, request) = helpers[line["volunteer_id"]], requests[line["request_id"]]
        booking = stage.client.get(f"/v1/bookings/{line['booking_id']}", helper.token)
        doors = doors and booking["address"] == elder.address
        begin, place = datetime.fromisoformat(request["starts_at"]), story.position(request)
        story.check_in(stage, helper, booking, place, begin)
        story.check_out(stage, helper, booking, place, begin + timedelta(minutes=MINUTES))
        story.until_coins(stage, helper, earned_minutes=MINUTES)
        earned += MINUTES
    right = doors and bool(ours) and earned == len(ours) * MINUTES
    play.report.step("dispatch_served", right, 0, earned, count=len(ours))
    # So that the next performance, on the same day of the story, plans with its own.
    for helper in helpers.values():
        dispatching.set_profile(stage, helper, dispatchable=False)
