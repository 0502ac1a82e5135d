"""What service brings beside coins: a certificate that a stranger checks, rewards (S10)."""

from typing import Any

from deploy.demo import story
from deploy.demo.play.main_job import SERVED, MainJob


HOURS_LATER, REWARD_POINTS = 4, 40
PDF_BEGINS = b"%PDF-"


def certificate(play: MainJob) -> None:
    """The volunteer has their service certified; a stranger checks it; an officer makes it void."""
    stage, step, volunteer = play.stage, play.report.step, play.volunteer
    client, clock = stage.client, play.after(HOURS_LATER)
    play.report.chapter("certificate")
    path = f"/v1/people/{volunteer.person_id}/service-certificates"
    play.refused(
        "certificate_of_another",
        "forbidden",
        lambda: client.post(path, {}, play.second.token, clock),
        name=volunteer.name,
        other=play.second.name,
    )
    issued = story.until(
        lambda: client.post(path, {}, volunteer.token, clock), "a certificate", "nothing_to_certify"
    )
    right = (issued["minutes"], issued["name"]) == (SERVED, volunteer.name)
    facts: dict[str, Any] = {"name": volunteer.name, "number": issued["number"]}
    step("certified", right, minutes=issued["minutes"], **facts)
    own = f"/v1/service-certificates/{issued['certificate_id']}"
    paper = client.download(f"{own}.pdf", volunteer.token)
    step("certificate_paper", paper.startswith(PDF_BEGINS), kilobytes=len(paper) // 1024, **facts)
    check = f"/v1/certificate-checks/{issued['number']}"
    shown = client.get(check)
    expected = {"number": issued["number"], "validity": "valid", "minutes": SERVED}
    step("certificate_checked", shown == expected, instead=str(shown), minutes=shown["minutes"])
    page = client.download(f"/certificates/{issued['number']}").decode()
    right = issued["number"] in page and volunteer.name not in page
    step("certificate_page", right, number=issued["number"])
    officer, reason = stage.district_officer(volunteer.district), play.words["void_reason"]
    client.post(f"{own}/revocation", {"reason": reason}, officer, clock)
    validity = client.get(check)["validity"]
    district = play.district(volunteer.street)
    step("certificate_void", validity == "revoked", district=district, reason=reason)


def rewards(play: MainJob) -> None:
    """Points of service become a reward, which is picked up by its code, and comes back."""
    stage, step, volunteer = play.stage, play.report.step, play.volunteer
    client, clerk = stage.client, stage.clerk(volunteer.street)
    play.report.chapter("rewards")
    code = f"towel-{volunteer.person_id[-12:]}"
    offered = {"code": code, "district": volunteer.district, "points": REWARD_POINTS, "stock": 1}
    names = {"name_zh": play.words["reward"], "name_en": "Towel"}
    officer = stage.district_officer(volunteer.district)
    shown = client.post("/v1/rewards", offered | names, officer)
    district, facts = play.district(volunteer.street), {"name": volunteer.name}
    step("reward_offered", shown["stock"] == 1, district=district, points=REWARD_POINTS)
    before = points_of(play)
    made = client.post("/v1/exchanges", {"code": code}, volunteer.token)
    after = points_of(play)
    step("reward_exchanged", after == before - REWARD_POINTS, before, after, **facts)
    path = f"/v1/exchanges/{made['exchange_id']}"
    right = client.get(path, volunteer.token)["pickup_code"]
    wrong = f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"
    play.refused(
        "reward_wrong_code",
        "wrong_pickup_code",
        lambda: client.post(f"{path}/hand-over", {"pickup_code": wrong}, clerk),
    )
    handed = client.post(f"{path}/hand-over", {"pickup_code": right}, clerk)
    step("reward_handed_over", handed["state"] == "handed_over", **facts)
    returned = client.post(f"{path}/return", {"reason": play.words["return_reason"]}, clerk)
    back = points_of(play)
    step(
        "reward_returned", returned["state"] == "returned" and back == before, after, back, **facts
    )


def points_of(play: MainJob) -> int:
    return int(story.wallet(play.stage, play.volunteer)["points"])
