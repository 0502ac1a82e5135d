"""What service brings beside coins: a certificate that a stranger can check (S10)."""

from typing import Any

from deploy.demo import story
from deploy.demo.play.main_job import SERVED, MainJob


HOURS_LATER = 4
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
