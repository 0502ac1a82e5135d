"""A dispute over a visit's minutes: set aside, decided in part, appealed, moved once (S8)."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo import story
from deploy.demo.play.main_job import MainJob
from deploy.demo.stage import until


HOURS_LATER, MINUTES = 216, 60
BY_THE_STREET, BY_THE_DISTRICT = 20, 10


def dispute(play: MainJob) -> None:
    """The elder says that it was less; two levels decide; the ledger moves what is final."""
    stage, step, elder, volunteer = play.stage, play.report.step, play.elder, play.second
    play.report.chapter("dispute")
    earned = play.minutes_of(volunteer)
    request = story.publish(stage, elder, play.after(HOURS_LATER), MINUTES)
    visit = story.complete_visit(stage, volunteer, request, MINUTES)
    story.until_coins(stage, volunteer, earned_minutes=earned + MINUTES)
    kept = story.until_coins(stage, elder, held_minutes=0)["total_minutes"]
    clock = datetime.fromisoformat(visit["ended_at"]) + timedelta(hours=1)
    path, shown = opened(play, visit, clock)
    names = {"name": elder.name, "volunteer": volunteer.name}
    aside = story.until_coins(stage, volunteer, earned_minutes=earned)["earned_minutes"]
    right = shown["frozen_minutes"] == MINUTES
    step("dispute_opened", right, earned + MINUTES, aside, minutes=MINUTES, **names)
    said = {"words": play.words["dispute_answer"]}
    shown = stage.client.post(f"{path}/evidence", said, volunteer.token, clock)
    step("dispute_answered", len(shown["evidence"]) >= 1, words=said["words"], **names)
    decided(play, path, clock, names)
    settled = until(lambda: settled_now(play, path, clock), "a settled dispute")
    coins = story.until_coins(stage, volunteer, earned_minutes=earned + MINUTES - BY_THE_DISTRICT)
    right = settled["returned_minutes"] == BY_THE_DISTRICT
    step("dispute_settled", right, aside, coins["earned_minutes"], **names)
    back = story.until_coins(stage, elder, total_minutes=kept + BY_THE_DISTRICT)
    step("dispute_returned", True, kept, back["total_minutes"], **names)


def opened(play: MainJob, visit: dict[str, Any], clock: datetime) -> tuple[str, dict[str, Any]]:
    """Where the dispute is, and the dispute once the ledger has set the coins aside."""
    stage, elder = play.stage, play.elder
    body = {"claim": "too_much", "words": play.words["dispute_claim"]}
    made = until(
        lambda: stage.client.post(
            f"/v1/visits/{visit['visit_id']}/disputes", body, elder.token, clock
        ),
        "a dispute",
        "not_found",
    )
    path = f"/v1/disputes/{made['dispute_id']}"

    def look() -> dict[str, Any] | None:
        shown = stage.client.get(path, elder.token, clock)
        return shown if shown["state"] == "under_review" else None

    return path, until(look, "the coins in dispute")


def decided(play: MainJob, path: str, clock: datetime, names: dict[str, str]) -> None:
    """In part by the street's clerk; less of it by the district's officer, on appeal."""
    stage, step, elder, volunteer = play.stage, play.report.step, play.elder, play.second
    body = {"outcome": "partial", "reason": play.words["dispute_reason"]}
    play.refused(
        "dispute_by_a_side",
        "forbidden",
        lambda: decide(play, path, body, BY_THE_DISTRICT, volunteer.token, clock),
        **names,
    )
    clerk, street = stage.clerk(elder.street), stage.population.city.street(elder.street).name_zh
    shown = decide(play, path, body, BY_THE_STREET, clerk, clock)
    step("dispute_decided", shown["state"] == "decided", street=street, minutes=BY_THE_STREET)
    appeal = {"words": play.words["dispute_answer"]}
    shown = stage.client.post(f"{path}/appeal", appeal, volunteer.token, clock)
    level = shown["level"]
    officer, district = stage.district_officer(elder.district), play.district(elder.street)
    shown = decide(play, path, body, BY_THE_DISTRICT, officer, clock)
    right = level == "district" and [each["is_appeal"] for each in shown["decisions"]][-1:] == [
        True
    ]
    step("dispute_appealed", right, district=district, minutes=BY_THE_DISTRICT, **names)


def decide(
    play: MainJob, path: str, body: dict[str, str], minutes: int, token: str, clock: datetime
) -> dict[str, Any]:
    decision = body | {"returned_minutes": minutes}
    return play.stage.client.post(f"{path}/decision", decision, token, clock)


def settled_now(play: MainJob, path: str, clock: datetime) -> dict[str, Any] | None:
    shown = play.stage.client.get(path, play.elder.token, clock)
    return shown if shown["state"] == "settled" else None
