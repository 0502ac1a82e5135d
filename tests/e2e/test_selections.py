"""S10 over HTTP on the real processes: a district selects its excellent organisations."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo import policies, story
from deploy.demo.stage import Person, Stage
from tests.e2e.test_facts import ELSEWHERE, HOME, elder_with_coins, refusal, soon, volunteer


DISTRICT = HOME[:6]
FAR = datetime(2050, 1, 2, tzinfo=UTC)
CLOSED = FAR + timedelta(days=8)
FEW = {
    "least_visits": 2,
    "least_elders": 2,
    "least_volunteers": 1,
    "least_ratings": 2,
    "least_shown": 1,
}


def number_of(token: str) -> str:
    """Whose token it is."""
    payload = token.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


def organisation(stage: Stage, proposer: Person, name: str, members: list[Person]) -> str:
    """A volunteer organisation with a project, confirmed by the district, and its volunteers."""
    officer, client = stage.district_officer(DISTRICT), stage.client
    body = {"kind": "volunteer_organisation", "name": name, "district": DISTRICT}
    made = str(client.post("/v1/organisations", body, proposer.token)["organisation_id"])
    path = f"/v1/organisations/{made}"
    client.post(f"{path}/confirmation", {}, officer)
    for member in members:
        client.post(f"{path}/staff", {"person_id": member.person_id}, officer)
    return made


def serve(
    stage: Stage, worker: Person, elder: Person, hours: int, minutes: int, stars: int
) -> None:
    request = story.publish(stage, elder, soon(hours), minutes, hours=1)
    visit = story.complete_visit(stage, worker, request, minutes)
    rated_at = datetime.fromisoformat(visit["ended_at"]) + timedelta(minutes=5)
    story.rate(stage, elder, visit, stars, "", rated_at)


def opened(stage: Stage, officer: str) -> dict[str, Any]:
    """A selection of the district by the next policy, which has few minimums."""
    begins = FAR - timedelta(days=1)
    version = policies.change_policy(
        stage, policies.second_city_officer(stage, HOME), begins, selection=FEW
    )
    today = datetime.now(UTC).date()
    body = {
        "kind": "organisation",
        "area": DISTRICT,
        "from_date": str(today),
        "until_date": str(today + timedelta(days=3)),
        "title_zh": "优秀志愿服务组织",
        "title_en": "Excellent organisations",
        "winners": 1,
    }

    def attempt() -> dict[str, Any] | None:
        made = stage.client.post("/v1/selections", body, officer, FAR)
        return made if made["policy_version"] == version else None

    return story.until(attempt, "the next policy")


def test_s10_a_district_selects_an_excellent_organisation_and_everybody_may_read_of_it(
    stage: Stage,
) -> None:
    client, officer = stage.client, stage.district_officer(DISTRICT)
    first, second, third, fourth = (volunteer(stage) for _ in range(4))
    elders = [elder_with_coins(stage), elder_with_coins(stage)]
    suffix = first.person_id[-6:]
    bright = organisation(stage, second, f"晨光志愿队{suffix}", [first, third])
    quiet = organisation(stage, first, f"夕阳红志愿队{suffix}", [second])
    tiny = organisation(stage, first, f"小小志愿队{suffix}", [fourth])
    for worker, elder, hours, minutes, stars in (
        (first, elders[0], 0, 60, 5),
        (third, elders[1], 0, 60, 4),
        (second, elders[0], 2, 45, 5),
        (second, elders[1], 4, 45, 3),
        (fourth, elders[0], 6, 30, 5),
    ):
        serve(stage, worker, elder, hours, minutes, stars)

    refusal(
        "forbidden",
        client.post,
        "/v1/selections",
        {
            "kind": "organisation",
            "area": DISTRICT,
            "from_date": "2026-01-01",
            "until_date": "2026-06-30",
            "title_zh": "自评",
            "title_en": "Of ourselves",
            "winners": 1,
        },
        first.token,
        FAR,
    )
    selection = opened(stage, officer)
    path = f"/v1/selections/{selection['selection_id']}"
    neighbour = stage.district_officer(ELSEWHERE[:6])
    clerks = [stage.clerk(HOME), stage.clerk(ELSEWHERE), neighbour]
    jury = {"member_ids": [number_of(each) for each in clerks]}
    client.post(f"{path}/jury", jury, officer, FAR)

    def counted() -> dict[str, dict[str, Any]] | None:
        shown = client.post(f"{path}/shortlist", {}, officer, FAR)["candidates"]
        listed = {each["candidate_id"]: each for each in shown}
        whole = {bright, quiet, tiny} <= set(listed)
        done = whole and listed[tiny]["figures"]["ratings"] == 1
        return listed if done else None

    listed = story.until(counted, "all visits counted")
    assert listed[bright]["figures"] == {
        "minutes": 120,
        "visits": 2,
        "elders": 2,
        "volunteers": 2,
        "ratings": 2,
        "raters": 2,
        "upheld": 0,
        "satisfaction": "4.05",
    }
    assert listed[bright]["rank"] == 1
    assert listed[bright]["zh"].startswith("第1名")
    assert (listed[tiny]["rank"], listed[tiny]["zh"]) == (
        None,
        "数量太少，不作评比：服务不足2次，服务老人不足2位，作出评价的老人不足2位",
    )

    until = {"voting_until": (FAR + timedelta(days=7)).isoformat()}
    client.post(f"{path}/voting", until, officer, FAR)
    ours = {"candidate_ids": [bright]}
    refusal("forbidden", client.post, f"{path}/votes", ours, first.token, FAR)
    for clerk, choice in zip(clerks, (bright, bright, quiet), strict=True):
        client.post(f"{path}/votes", {"candidate_ids": [choice]}, clerk, FAR)
    assert client.get(path, clerks[0], FAR)["own_vote"] == [bright]
    assert {each["votes"] for each in client.get(path, officer, FAR)["candidates"]} == {None}
    winner = {"winner_ids": [bright]}
    refusal("voting_open", client.post, f"{path}/decision", winner, officer, FAR)
    other = {"winner_ids": [quiet]}
    refusal("invalid_request", client.post, f"{path}/decision", other, officer, CLOSED)
    public = f"/v1/selection-announcements/{selection['selection_id']}"
    refusal("not_found", client.get, public)
    decided = client.post(f"{path}/decision", winner, officer, CLOSED)
    assert (decided["state"], decided["follows_votes"]) == ("decided", True)
    client.post(f"{path}/announcement", {}, officer, CLOSED)

    announced = client.get(public)
    (won,) = announced["winners"]
    assert (won["candidate_id"], won["figures"]["elders"]) == (bright, 2)
    assert won["total"] == listed[bright]["total"]
    assert announced["en"].startswith("Excellent organisations (")
    assert announced["policy_version"] == selection["policy_version"]
    people = [first, second, third, fourth, *elders]
    assert not any(each.person_id in str(announced) for each in people)
    listing = client.get("/v1/selection-announcements", area=DISTRICT)["items"]
    assert selection["selection_id"] in {each["selection_id"] for each in listing}
    recount = client.get(f"{path}/recount", officer, CLOSED)
    assert (recount["equal"], recount["figures_equal"]) == (True, True)
