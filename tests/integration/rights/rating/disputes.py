"""Stages of disputes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.kernel.caller import Caller
from tests.integration.rating.conftest import CLERK, SOON, STREET, Visit
from tests.integration.rating.disputing import DISTRICT, Disputing
from tests.integration.rights.rating.cast import Cast
from tests.integration.rights.stages import Scene, stage


WORDS = "只来了40分钟，邻居电话13800138000"
LATER = timedelta(days=8)


def disputing(cast: Cast) -> Disputing:
    return Disputing(cast.running)


def visit(cast: Cast) -> Visit:
    return Visit(UUID(cast.visited()), cast.elder, cast.volunteer)


def reviewed(cast: Cast, caller: Caller | None = None) -> dict[str, Any]:
    """It waits for the street's clerk, in coins that are held."""
    return disputing(cast).reviewed(visit(cast), caller=caller or cast.elder, words=WORDS)


def handed_up(cast: Cast, *levels: str) -> dict[str, Any]:
    dispute, story = reviewed(cast), disputing(cast)
    for level in levels:
        who = CLERK if level == "street" else story.district
        dispute = story.act("hand_up", dispute, who, reason="涉及两个街道")
    return dispute


def opening(cast: Cast, visit_id: str) -> Scene:
    said = {"claim": "too_much", "words": WORDS}
    return cast.scene(visit_id=visit_id, **said)


def scene(cast: Cast, dispute: dict[str, Any], **payload: Any) -> Scene:
    return cast.scene({"words": WORDS}, dispute_id=dispute["dispute_id"], **payload)


@stage("rating", "open_dispute")
def open_dispute(cast: Cast) -> Scene:
    return opening(cast, cast.visited())


@stage("rating", "open_dispute that is open")
def open_dispute_again(cast: Cast) -> Scene:
    first = open_dispute(cast)
    cast.call("open_dispute", first.payload, cast.elder, now=SOON)
    return first


@stage("rating", "show_dispute")
def show_dispute(cast: Cast) -> Scene:
    return scene(cast, reviewed(cast))


@stage("rating", "add_evidence")
def add_evidence(cast: Cast) -> Scene:
    return scene(cast, reviewed(cast), words="门口有监控")


@stage("rating", "hand_up_dispute of the street")
def hand_up_dispute(cast: Cast) -> Scene:
    return scene(cast, reviewed(cast), reason="涉及两个街道")


def decision(cast: Cast, dispute: dict[str, Any]) -> Scene:
    return scene(cast, dispute, outcome="partial", returned_minutes=20, reason="监控显示40分钟")


@stage("rating", "decide_dispute of the street")
def decide_dispute(cast: Cast) -> Scene:
    return decision(cast, reviewed(cast))


@stage("rating", "decide_dispute of the district")
def decide_dispute_of_the_district(cast: Cast) -> Scene:
    return decision(cast, handed_up(cast, "street"))


@stage("rating", "decide_dispute of the city")
def decide_dispute_of_the_city(cast: Cast) -> Scene:
    return decision(cast, handed_up(cast, "street", "district"))


@stage("rating", "decide_dispute of the clerk")
def decide_dispute_of_the_clerk(cast: Cast) -> Scene:
    return decision(cast, reviewed(cast, CLERK))


@stage("rating", "decide_dispute that is not frozen")
def decide_dispute_too_early(cast: Cast) -> Scene:
    return decision(cast, disputing(cast).open(visit(cast)))


def decided(cast: Cast) -> dict[str, Any]:
    dispute = reviewed(cast)
    return disputing(cast).decide(dispute, CLERK)


@stage("rating", "appeal_dispute")
def appeal_dispute(cast: Cast) -> Scene:
    return scene(cast, decided(cast), words="请再看一次")


@stage("rating", "appeal_dispute for the elder")
def appeal_dispute_for_the_elder(cast: Cast) -> Scene:
    return scene(cast, decided(cast), words="请再看一次", side="elder")


@stage("rating", "withdraw_dispute")
def withdraw_dispute(cast: Cast) -> Scene:
    return scene(cast, reviewed(cast))


@stage("rating", "settle_dispute_again")
def settle_dispute_again(cast: Cast) -> Scene:
    """The district has granted a correction that its budget did not cover."""
    story, claim = disputing(cast), {"claim": "too_little", "claimed_minutes": 110}
    dispute = story.reviewed(visit(cast), frozen=0, caller=cast.volunteer, **claim)
    story.act("hand_up", dispute, CLERK, reason="需要区预算")
    story.decide(dispute, story.district, "correction", corrected_minutes=10)
    story.sweep(SOON + LATER)
    story.tell_settled(dispute, refused="insufficient_budget")
    story.until(dispute, "unfunded")
    return scene(cast, dispute, corrected_minutes=10, reason="预算已补足")


@stage("rating", "list_my_disputes")
def list_my_disputes(cast: Cast) -> Scene:
    return cast.scene()


@stage("rating", "list_disputes_to_decide of a street")
def list_disputes_to_decide(cast: Cast) -> Scene:
    reviewed(cast)
    return cast.scene(area=STREET, level="street")


@stage("rating", "list_disputes_to_decide of a district")
def list_disputes_to_decide_of_a_district(cast: Cast) -> Scene:
    return cast.scene(area=DISTRICT, level="district")


@stage("rating", "show_dispute_statistics")
def show_dispute_statistics(cast: Cast) -> Scene:
    return cast.scene(area=DISTRICT, from_date="2026-06-01", until_date="2026-06-30")


@stage("rating", "sweep_disputes")
def sweep_disputes(cast: Cast) -> Scene:
    return cast.scene()
