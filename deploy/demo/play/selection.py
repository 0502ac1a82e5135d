"""An excellent organisation is selected: figures, votes of a jury, a public announcement (S10)."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from deploy.demo import policies, presets, story
from deploy.demo.play.main_job import MainJob
from deploy.demo.stage import until
from services.identity.contract import Role
from services.kernel.calendar import CITY_TIME, city_date


# A month far ahead, with minimums that a single visit reaches.
YEARS_AHEAD, MONTH, DAYS = 2, 5, 31
OPENED_ON_DAY, SERVED_ON_DAY, MINUTES, STARS = 20, 10, 60, 5
MINIMUMS = ("visits", "elders", "volunteers", "ratings", "shown")
JURY_STREETS = ("110101001", "110101008", "110105001")


def selection(play: MainJob) -> None:
    """Of two organisations one has served; the other is not judged by next to nothing."""
    play.report.chapter("selection")
    begins = datetime(play.start.year + YEARS_AHEAD, MONTH, 1, 9, tzinfo=CITY_TIME)
    over = begins + timedelta(days=DAYS)
    few_are_enough(play, begins, over)
    served, idle = organisation(play, begins), organisation(play, begins)
    lead(play, served)
    visit_of_the_month(play, begins + timedelta(days=SERVED_ON_DAY))
    path = opened(play, begins, over, [served, idle])
    shortlisted(play, path, over, served, idle)
    voted_and_announced(play, path, over, served)


def few_are_enough(play: MainJob, begins: datetime, over: datetime) -> None:
    stage, reason = play.stage, play.words["policy_reason"]
    before = policies.policy_at(stage, begins - timedelta(days=1))["version"]
    former = presets.completed(policies.document_of(stage, before))
    document = deepcopy(former)
    for name in MINIMUMS:
        document["selection"][f"least_{name}"]["value"] = 1
    policies.in_force_from(stage, begins - timedelta(hours=9), document, reason)
    policies.in_force_from(stage, over + timedelta(days=DAYS), former, reason)


def organisation(play: MainJob, begins: datetime) -> dict[str, Any]:
    """Proposed by the volunteer, confirmed by the district's officer."""
    stage, elder, person = play.stage, play.elder, play.second
    serial = stage.chance.randrange(1_000_000)
    body = {
        "kind": "volunteer_organisation",
        "name": play.words["organisation"].format(serial=f"{serial:06}"),
        "district": elder.district,
    }
    made = stage.client.post("/v1/organisations", body, person.token)
    path = f"/v1/organisations/{made['organisation_id']}"
    officer = stage.district_officer(elder.district)
    return stage.client.post(f"{path}/confirmation", {}, officer)


def lead(play: MainJob, its: dict[str, Any]) -> None:
    path = f"/v1/organisations/{its['organisation_id']}/staff"
    body = {"person_id": play.second.person_id, "is_lead": True}
    play.stage.client.post(path, body, play.stage.district_officer(play.elder.district))


def visit_of_the_month(play: MainJob, starts_at: datetime) -> None:
    stage, elder = play.stage, play.elder
    request = story.publish(stage, elder, starts_at, MINUTES, starts_at - timedelta(hours=2))
    visit = story.complete_visit(stage, play.second, request, MINUTES)
    story.rate(stage, elder, visit, STARS, clock=starts_at + timedelta(hours=2))


def opened(
    play: MainJob, begins: datetime, over: datetime, candidates: list[dict[str, Any]]
) -> str:
    stage, district = play.stage, play.elder.district
    officer, clock = stage.district_officer(district), begins + timedelta(days=OPENED_ON_DAY)
    until_date = city_date(over) - timedelta(days=1)
    body = {
        "kind": "organisation",
        "area": district,
        "from_date": city_date(begins).isoformat(),
        "until_date": until_date.isoformat(),
        "title_zh": play.words["selection_title"],
        "title_en": "Excellent organisations",
        "winners": 1,
        "nominated_only": True,
    }
    made = stage.client.post("/v1/selections", body, officer, clock)
    path = f"/v1/selections/{made['selection_id']}"
    for each in candidates:
        nominated = {"candidate_id": each["organisation_id"], "reason": each["name"]}
        until(
            lambda nominated=nominated: stage.client.post(
                f"{path}/nominations", nominated, officer, clock
            ),
            "a nomination",
            "not_found",
        )
    facts = {"district": play.district(district), "until": until_date}
    play.report.step("selection_opened", made["state"] == "draft", **facts)
    return path


def shortlisted(
    play: MainJob, path: str, over: datetime, served: dict[str, Any], idle: dict[str, Any]
) -> None:
    """Counted when the month is over, and once the visit and its rating are known."""
    stage, officer = play.stage, play.stage.district_officer(play.elder.district)
    population = stage.population
    numbers = [population.staff_number(Role.AGENCY_CLERK, street) for street in JURY_STREETS]
    jury = [str(population.person_id(number)) for number in numbers]
    stage.client.post(f"{path}/jury", {"member_ids": jury}, officer, over)

    def count() -> list[dict[str, Any]] | None:
        listed = stage.client.post(f"{path}/shortlist", {}, officer, over)["candidates"]
        return listed if listed[0]["rank"] == 1 else None

    first, last = until(count, "a shortlist")
    ids = (first["candidate_id"], last["candidate_id"])
    right = ids == (served["organisation_id"], idle["organisation_id"])
    right = right and last["rank"] is None and bool(last["lacking"])
    facts = {"first": first["name"], "last": last["name"], "total": first["total"]}
    play.report.step("selection_shortlist", right, why=last["zh"], **facts)


def voted_and_announced(play: MainJob, path: str, over: datetime, served: dict[str, Any]) -> None:
    stage, officer = play.stage, play.stage.district_officer(play.elder.district)
    closes, chosen = over + timedelta(days=7), {"candidate_ids": [served["organisation_id"]]}
    body = {"voting_until": closes.isoformat()}
    stage.client.post(f"{path}/voting", body, officer, over)
    play.refused(
        "selection_no_juror",
        "forbidden",
        lambda: stage.client.post(f"{path}/votes", chosen, officer, over),
    )
    for street in JURY_STREETS:
        stage.client.post(f"{path}/votes", chosen, stage.clerk(street), over)
    decision = {"winner_ids": chosen["candidate_ids"]}
    play.refused(
        "selection_early",
        "voting_open",
        lambda: stage.client.post(f"{path}/decision", decision, officer, over),
        count=len(JURY_STREETS),
    )
    decided = stage.client.post(f"{path}/decision", decision, officer, closes)
    stage.client.post(f"{path}/announcement", {}, officer, closes)
    announced = stage.client.get(f"/v1/selection-announcements/{decided['selection_id']}")
    (winner,) = announced["winners"]
    names_nobody = play.second.name not in str(announced)
    right = winner["name"] == served["name"] and bool(decided["follows_votes"]) and names_nobody
    play.report.step("selection_announced", right, name=winner["name"])
