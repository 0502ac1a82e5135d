"""Why: the version, the steps and the values of what was decided, in words."""

from typing import Any

from deploy.demo import story
from deploy.demo.client import Problem
from deploy.demo.play.main_job import SERVED, MainJob


def reasons(play: MainJob) -> None:
    """Why these minutes, why these coins, how far to a star, and why somebody was refused."""
    play.report.chapter("why")
    why_these_minutes(play)
    why_these_coins(play)
    how_far_to_a_star(play)
    why_refused(play)


def why_these_minutes(play: MainJob) -> None:
    volunteer, visit_id = play.volunteer, play.visited["visit_id"]
    why = play.stage.client.get(f"/v1/visits/{visit_id}/explanation", volunteer.token)
    facts = {
        "version": why["policy_version"],
        "minutes": why["minutes"],
        "words": joined(play, why),
    }
    right = why["minutes"] == SERVED == why["steps"][-1]["minutes"]
    play.report.step("why_minutes", right, **facts)


def why_these_coins(play: MainJob) -> None:
    stage, volunteer = play.stage, play.volunteer
    (paid, *_) = (line for line in story.statement(stage, volunteer) if line["kind"] == "post")
    why = stage.client.get(f"/v1/transfers/{paid['transfer_id']}", volunteer.token)
    right = why["reference"] == play.visited["visit_id"] and bool(why["zh"])
    play.report.step("why_coins", right, words=why["zh"])


def how_far_to_a_star(play: MainJob) -> None:
    volunteer = play.volunteer
    way = play.stage.client.get(f"/v1/people/{volunteer.person_id}/stars", volunteer.token)
    right = way["minutes"] == SERVED and way["minutes_left"] > 0
    play.report.step("why_no_star", right, name=volunteer.name, words=way["zh"])


def why_refused(play: MainJob) -> None:
    volunteer, told = play.volunteer, {}
    try:
        story.publish(play.stage, volunteer, play.start, SERVED)
    except Problem as problem:
        told = problem.body["explanation"]
    rules = [step["rule"] for step in told.get("steps", ())]
    right = "elder.redeem_from_age" in rules and told["policy_version"] >= 1
    facts: dict[str, Any] = {"name": volunteer.name, "words": told.get("zh", "")}
    version = told.get("policy_version")
    play.report.step("why_refused", right, version=version, steps=joined(play, told), **facts)


def joined(play: MainJob, explanation: dict[str, Any]) -> str:
    steps = explanation.get("steps", ())
    return str(play.words["comma"]).join(str(step["zh"]) for step in steps)
