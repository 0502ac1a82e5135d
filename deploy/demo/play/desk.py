"""The agency's desk does it all for an elder without a phone (S15)."""

from datetime import timedelta
from typing import Any

from deploy.demo import proofs, story
from deploy.demo.play.main_job import MainJob
from deploy.demo.report import hour, short
from deploy.demo.stage import Person


STREET, OTHER_STREET = "110105004", "110105017"
AGE, GRANTED, MINUTES = 84, 120, 60
DAYS_LATER_HOURS = 72
NO_CODE = {"code": "00000000"}


def elder_without_phone(play: MainJob) -> None:
    """Account, verification, coins, card, request and rating, all by the clerk of the street."""
    play.report.chapter("desk")
    elder = account_at_the_desk(play)
    card = proofs.code_card(play.stage, elder)
    play.report.step("desk_card", len(card) > 1, name=elder.name, count=len(card))
    visit = visit_for(play, elder, card)
    rating_at_home(play, elder, visit)


def account_at_the_desk(play: MainJob) -> Person:
    stage, step = play.stage, play.report.step
    clerk = stage.clerk(STREET)
    elder = story.register_at_the_desk(stage, AGE, STREET)
    facts = {"name": elder.name, "street": stage.population.city.street(STREET).name_zh}
    step("desk_registered", True, age=AGE, id=short(elder.person_id), **facts)
    verification, seen = f"/v1/people/{elder.person_id}/verification", {"card_seen": True}
    other = stage.population.city.street(OTHER_STREET).name_zh
    play.refused(
        "desk_elsewhere",
        "forbidden",
        lambda: stage.client.post(verification, seen, stage.clerk(OTHER_STREET)),
        other=other,
        name=elder.name,
    )
    stage.client.post(verification, seen, clerk)
    story.wait_until_known(stage, elder)
    step("desk_verified", story.show_person(stage, elder)["state"] == "verified", **facts)
    story.approve_special_group(stage, elder, "dementia", play.words["desk_evidence"])
    story.top_up(stage, elder.district, GRANTED, play.words["top_up_reason"])
    story.grant(stage, elder, GRANTED, play.words["desk_grant_reason"])
    after = play.minutes_of(elder)
    step("desk_granted", after == GRANTED, 0, after, minutes=GRANTED, name=elder.name)
    return elder


def visit_for(play: MainJob, elder: Person, card: list[dict[str, str]]) -> dict[str, Any]:
    stage, step, second = play.stage, play.report.step, play.second
    begin = play.after(DAYS_LATER_HOURS)
    request = story.publish(stage, elder, begin, MINUTES)
    by_clerk = request["state"] == "open" and request["submitted_by"] != elder.person_id
    facts = {"name": elder.name, "volunteer": second.name}
    shown: dict[str, Any] = {"id": short(request["request_id"]), "hour": hour(begin)}
    step("desk_published", by_clerk, minutes=MINUTES, name=elder.name, **shown)
    booking = story.accept(stage, second, request)
    play.refused(
        "desk_wrong_code",
        "wrong_code",
        lambda: story.check_in(stage, second, booking, NO_CODE, begin),
        **facts,
    )
    visit = story.check_in(stage, second, booking, card[0], begin)
    by_card = visit["start_proof"]["method"] == "card"
    step("desk_checked_in", by_card, hour=hour(begin), **facts)
    visit = story.check_out(stage, second, booking, card[1], begin + timedelta(minutes=MINUTES))
    left = story.until_coins(stage, elder, held_minutes=0, granted_minutes=GRANTED - MINUTES)
    step("desk_served", visit["minutes"] == MINUTES, GRANTED, left["total_minutes"], **facts)
    return visit


def rating_at_home(play: MainJob, elder: Person, visit: dict[str, Any]) -> None:
    stage = play.stage
    clock = play.after(DAYS_LATER_HOURS + 2)
    path, body = f"/v1/visits/{visit['visit_id']}/rating", {"stars": 5, "channel": "home_visit"}
    rated = story.until(
        lambda: stage.client.post(path, body, elder.token, clock), "a rating", "not_found"
    )
    play.report.step("desk_rated", rated["channel"] == "home_visit", stars=5, name=elder.name)
