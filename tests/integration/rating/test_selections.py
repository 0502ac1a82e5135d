"""S10: excellent organisations and projects, from opening to announcement, and what is refused."""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.identity.contract import Role, StaffState
from services.kernel.caller import Caller
from services.kernel.contract import Error, Forbidden, InvalidRequest, NotFound
from services.rating.contract import (
    AlreadyNominated,
    CandidateNotInOrder,
    InterestInCandidate,
    JuryTooSmall,
    NoQuorum,
    NothingToJudge,
    PeriodNotOver,
    QuorumReached,
    SelectionAnnounced,
    SelectionDecided,
    SelectionOpened,
    VotingClosed,
    VotingOpen,
    WrongSelectionState,
)
from tests.integration.conftest import Running
from tests.integration.rating.conftest import Rating
from tests.integration.rating.selecting import (
    AFTER,
    CLOSES,
    OPENED,
    Selecting,
    holder,
)


NOBODY = Caller()
DISTRICTS = count(20)


@pytest.fixture(scope="module")
def rating(running_throughout: Callable[..., Running]) -> Rating:
    return Rating(running_throughout("rating"))


@pytest.fixture
def selecting(rating: Rating) -> Selecting:
    """A district of the test's own, in the one service."""
    return Selecting(rating, f"1101{next(DISTRICTS)}")


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in answer["candidates"]}


def test_s10_an_organisation_is_selected_from_opening_to_the_announcement(
    selecting: Selecting,
) -> None:
    many, few = selecting.organisation("晨光志愿队"), selecting.organisation("夕阳红志愿队")
    tiny = selecting.organisation("小小志愿队")
    selecting.serve(many, 5, 5, 4, 4)
    selecting.serve(few, 5, 4, 5, minutes=40)
    selecting.serve(tiny, 5)
    selecting.rating.visit(Caller(uuid4()), street=f"{selecting.district}001")
    opened = selecting.open()
    assert (opened["state"], opened["policy_version"], opened["quorum"]) == ("draft", 2, 0)
    assert opened["criteria"]["weights"]["hours"] == "30"
    selecting.appoint(opened)
    counted = selecting.do("shortlist_selection", opened)
    listed = by_name(counted)
    assert [each["name"] for each in counted["candidates"]] == [many.name, few.name, tiny.name]
    assert listed[many.name]["figures"] == {
        "minutes": 240,
        "visits": 4,
        "elders": 4,
        "volunteers": 2,
        "ratings": 4,
        "raters": 4,
        "upheld": 0,
        "satisfaction": "4.08",
    }
    # 30 + 10 + 25 + 10 of counts, and 25 times 3.08 of 4.
    assert listed[many.name]["total"] == "94.25"
    assert listed[few.name]["points"][0]["zh"] == (
        "服务时长：达到参评者最高值的50%，权重30，得15.00分"
    )
    assert listed[tiny.name]["rank"] is None
    assert listed[tiny.name]["points"] == []
    assert listed[tiny.name]["lacking"] == ["visits", "elders", "raters"]
    assert listed[tiny.name]["en"].startswith("too few to judge: fewer than 3 visits")

    selecting.do("start_voting", opened, voting_until=CLOSES.isoformat())
    first, second, third = selecting.jury
    selecting.vote(opened, first, few.organisation_id)
    selecting.vote(opened, first, many.organisation_id)
    selecting.vote(opened, second, few.organisation_id)
    during = selecting.do("show_selection", opened, first)
    assert during["own_vote"] == [str(many.organisation_id)]
    assert during["votes_cast"] == 2
    assert {each["votes"] for each in during["candidates"]} == {None}
    with pytest.raises(VotingOpen):
        selecting.decide(opened, many.organisation_id, now=OPENED)
    selecting.vote(opened, third, many.organisation_id)
    with pytest.raises(VotingClosed):
        selecting.vote(opened, third, few.organisation_id, now=CLOSES)
    after = by_name(selecting.do("show_selection", opened, now=AFTER))
    assert [after[its.name]["votes"] for its in (many, few, tiny)] == [2, 1, 0]

    with pytest.raises(InvalidRequest):
        selecting.decide(opened, few.organisation_id)
    with pytest.raises(InvalidRequest):
        selecting.decide(opened, tiny.organisation_id, reason="我喜欢")
    decided = selecting.decide(opened, many.organisation_id)
    assert (decided["state"], decided["follows_votes"]) == ("decided", True)
    with pytest.raises(NotFound):
        selecting.do("show_announcement", opened, NOBODY)
    selecting.do("announce_selection", opened, now=AFTER)
    public = selecting.do("show_announcement", opened, NOBODY)
    (winner,) = public["winners"]
    assert (winner["name"], winner["total"]) == (many.name, "94.25")
    assert (public["candidates"], public["too_few_to_judge"], public["votes_cast"]) == (3, 1, 3)
    assert public["zh"] == "上半年优秀组织（2026-01-01至2026-06-30）：优秀组织"
    shown = str(public)
    assert not any(str(each.person_id) in shown for each in (*selecting.jury, selecting.officer))
    of_area = {"area": selecting.district}
    (line,) = selecting.call("list_announcements", of_area, NOBODY, key=None)["items"]
    assert line["selection_id"] == opened["selection_id"]
    told = [
        event
        for each in (SelectionOpened, SelectionDecided, SelectionAnnounced)
        for event in selecting.recorded(each)
        if event["selection_id"] == opened["selection_id"]
    ]
    assert [event["district"] for event in told] == [selecting.district] * 3
    assert told[2]["winners"][0]["name"] == many.name
    recount = selecting.do("recount_selection", opened)
    assert (recount["equal"], recount["figures_equal"]) == (True, True)
    # What comes late changes nothing that was frozen, and can be seen.
    selecting.serve(many, 1)
    recount = selecting.do("recount_selection", opened)
    assert (recount["equal"], recount["figures_equal"]) == (True, False)
    assert selecting.do("show_announcement", opened, NOBODY) == public


def test_a_project_counts_what_its_members_did_of_its_kind(selecting: Selecting) -> None:
    its = selecting.organisation("晨光志愿队")
    walks = selecting.project(its, "陪老人散步")
    songs = selecting.project(its, "老歌会", "culture_and_sport")
    former = Caller(uuid4())
    staff_id = selecting.join(its, former)
    selecting.serve(its, 5, 5, 5)
    ended = {"state": StaffState.ENDED, "changed_at": OPENED}
    selecting.tell_staff(its, former, staff_id, **ended)
    opened = selecting.open(kind="project", title_zh="优秀项目")
    listed = by_name(selecting.do("shortlist_selection", opened))
    assert listed["陪老人散步"]["figures"]["volunteers"] == 3
    assert listed["陪老人散步"]["organisation"] == its.name
    assert listed["老歌会"]["figures"]["visits"] == 0
    assert {each["candidate_id"] for each in listed.values()} == {str(walks), str(songs)}


def test_only_who_was_nominated_is_judged_when_the_selection_says_so(
    selecting: Selecting,
) -> None:
    its, other = selecting.organisation("晨光志愿队"), selecting.organisation("夕阳红志愿队")
    lead = Caller(uuid4())
    selecting.join(its, lead, is_lead=True)
    opened = selecting.open(nominated_only=True)
    nomination = {"candidate_id": str(its.organisation_id), "reason": "雪天也不停"}
    with pytest.raises(Forbidden):
        selecting.do("nominate_candidate", opened, its.members[0], **nomination)
    selecting.do("nominate_candidate", opened, lead, **nomination)
    with pytest.raises(AlreadyNominated):
        selecting.do("nominate_candidate", opened, **nomination)
    elsewhere = selecting.organisation("海淀志愿队", district="110108")
    stranger = nomination | {"candidate_id": str(elsewhere.organisation_id)}
    with pytest.raises(NotFound):
        selecting.do("nominate_candidate", opened, **stranger)
    counted = selecting.do("shortlist_selection", opened)
    assert list(by_name(counted)) == [its.name]
    assert other.name not in by_name(counted)


def test_whoever_belongs_to_a_candidate_neither_votes_for_it_nor_decides(
    selecting: Selecting,
) -> None:
    its, other = selecting.organisation("晨光志愿队"), selecting.organisation("夕阳红志愿队")
    selecting.serve(its, 5, 5, 5)
    selecting.serve(other, 4, 4, 4)
    member = selecting.jury[0]
    staff_id = selecting.join(other, member)
    ended = {"state": StaffState.ENDED, "changed_at": OPENED}
    selecting.tell_staff(other, member, staff_id, **ended)
    opened = selecting.voting()
    with pytest.raises(InterestInCandidate):
        selecting.vote(opened, member, other.organisation_id)
    selecting.vote(opened, member, its.organisation_id)
    with pytest.raises(Forbidden):
        selecting.vote(opened, selecting.officer, its.organisation_id)
    with pytest.raises(Forbidden):
        selecting.vote(opened, Caller(member.person_id), its.organisation_id)
    with pytest.raises(NoQuorum) as refused:
        selecting.decide(opened, its.organisation_id)
    assert refused.value.fields["votes"] == 1 < refused.value.fields["quorum"]
    # Members may vote again after an extension: nobody is to know by then how it stands.
    too_few = selecting.do("show_selection", opened, now=AFTER)
    assert {each["votes"] for each in too_few["candidates"]} == {None}
    later = CLOSES.replace(day=20)
    selecting.do("extend_voting", opened, voting_until=later.isoformat(), now=AFTER)
    selecting.vote(opened, selecting.jury[1], its.organisation_id, now=AFTER)
    with pytest.raises(QuorumReached):
        selecting.do(
            "extend_voting",
            opened,
            voting_until=later.replace(day=25).isoformat(),
            now=later,
        )
    friend = holder(Role.DISTRICT_OFFICER, selecting.district)
    selecting.join(its, friend)
    with pytest.raises(InterestInCandidate):
        selecting.decide(opened, its.organisation_id, by=friend, now=later)
    said = selecting.decide(opened, other.organisation_id, reason="服务记录更扎实", now=later)
    assert said["follows_votes"] is False
    with pytest.raises(InterestInCandidate):
        selecting.do("announce_selection", opened, friend, now=later)
    with pytest.raises(InterestInCandidate):
        selecting.do("cancel_selection", opened, friend, reason="我们没有评上", now=later)
    selecting.do("cancel_selection", opened, reason="查出重复计时", now=later)
    with pytest.raises(WrongSelectionState):
        selecting.do("announce_selection", opened, now=later)


def test_nobody_wins_who_was_suspended_meanwhile(selecting: Selecting) -> None:
    its, other = selecting.organisation("晨光志愿队"), selecting.organisation("夕阳红志愿队")
    for each in (its, other):
        selecting.serve(each, 5, 5, 5)
    opened = selecting.voting()
    for member in selecting.jury:
        selecting.vote(opened, member, its.organisation_id)
    selecting.suspend(its)
    with pytest.raises(CandidateNotInOrder):
        selecting.decide(opened, its.organisation_id)
    selecting.decide(opened, other.organisation_id, reason="另一家被暂停")
    selecting.suspend(other)
    with pytest.raises(CandidateNotInOrder):
        selecting.do("announce_selection", opened, now=AFTER)


def test_steps_are_refused_before_their_time_and_from_elsewhere(selecting: Selecting) -> None:
    for changes in (
        {"winners": 11},
        {"until_date": "2025-12-31"},
        {"area": "310101"},
    ):
        with pytest.raises((InvalidRequest, Forbidden)):
            selecting.open(selecting.city if changes.get("area") else None, **changes)
    with pytest.raises(Forbidden):
        selecting.open(area="110108")
    with pytest.raises(Forbidden):
        selecting.open(selecting.city)
    running = selecting.open(until_date="2026-12-31")
    with pytest.raises(PeriodNotOver):
        selecting.do("shortlist_selection", running)
    its = selecting.open()
    with pytest.raises(Forbidden):
        selecting.do("appoint_jury", its, member_ids=[str(selecting.officer.person_id)])
    starts = {"voting_until": CLOSES.isoformat()}
    with pytest.raises(WrongSelectionState):
        selecting.do("start_voting", its, **starts)
    selecting.do("shortlist_selection", its)
    with pytest.raises(NothingToJudge):
        selecting.do("start_voting", its, **starts)
    selecting.serve(selecting.organisation("晨光志愿队"), 5, 5, 5)
    assert selecting.do("shortlist_selection", its)["shortlist_version"] == 2
    with pytest.raises(JuryTooSmall):
        selecting.do("start_voting", its, **starts)
    selecting.appoint(its)
    with pytest.raises(InvalidRequest):
        selecting.do("start_voting", its, voting_until=OPENED.isoformat())
    selecting.do("start_voting", its, **starts)


def test_small_counts_are_not_shown(selecting: Selecting) -> None:
    later = AFTER.replace(year=2027)
    selecting.adopt({"least_elders": 3, "least_shown": 3}, 3, later)
    its = selecting.organisation("晨光志愿队")
    selecting.serve(its, 1, 2)
    opened = selecting.open(now=later)
    (listed,) = selecting.do("shortlist_selection", opened)["candidates"]
    assert {name for name, figure in listed["figures"].items() if figure is not None} == {"upheld"}
    assert listed["lacking"] == ["visits", "elders", "volunteers", "raters"]


def outcome(act: Any) -> str:
    try:
        act()
    except Error as error:
        return error.code
    return "done"


def test_of_what_happens_at_once_each_counts_once(selecting: Selecting) -> None:
    its, other = selecting.organisation("晨光志愿队"), selecting.organisation("夕阳红志愿队")
    for each in (its, other):
        selecting.serve(each, 5, 5, 5)
    opened = selecting.voting()
    first, second, third = selecting.jury
    ids = [its.organisation_id, other.organisation_id]
    votes = [
        eventlet.spawn(outcome, lambda chosen=chosen: selecting.vote(opened, first, chosen))
        for chosen in ids * 3
    ]
    assert {each.wait() for each in votes} == {"done"}
    assert selecting.do("show_selection", opened)["votes_cast"] == 1
    for member in (first, second):
        selecting.vote(opened, member, its.organisation_id)
    # Who votes at the last moment, while it is being decided, has voted in time or not at all.
    acts = [
        *(lambda: selecting.decide(opened, its.organisation_id, reason="如投票") for _ in range(3)),
        lambda: selecting.vote(opened, third, other.organisation_id),
    ]
    *decisions, late = [eventlet.spawn(outcome, act) for act in acts]
    said = [each.wait() for each in decisions]
    assert sorted(said) == ["done", "wrong_selection_state", "wrong_selection_state"]
    voted = {"done": 3, "wrong_selection_state": 2}[late.wait()]
    assert selecting.do("show_selection", opened, now=AFTER)["votes_cast"] == voted
    (decided,) = [
        event
        for event in selecting.recorded(SelectionDecided)
        if event["selection_id"] == opened["selection_id"]
    ]
    assert decided["votes_cast"] == voted


def test_the_database_itself_keeps_what_was_counted_and_who_won(selecting: Selecting) -> None:
    its = selecting.organisation("晨光志愿队")
    selecting.serve(its, 5, 5, 5)
    opened = selecting.voting()
    for table in ("selection_shortlists", "selection_winners", "staff_steps"):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            selecting.rating.session() as session,
        ):
            session.execute(text(f"update {table} set organisation_id = organisation_id")) if (
                table != "selection_winners"
            ) else session.execute(text(f"delete from {table}"))
    stranger = {
        "selection_id": opened["selection_id"],
        "member_id": str(uuid4()),
        "candidate": str(its.organisation_id),
    }
    with (
        pytest.raises(IntegrityError, match="selection_votes_of_jury"),
        selecting.rating.session() as session,
    ):
        session.execute(
            text(
                "insert into selection_votes values "
                "(:selection_id, :member_id, array[cast(:candidate as uuid)], now())"
            ),
            stranger,
        )
    early = {"at": OPENED, "selection_id": opened["selection_id"], "by": str(uuid4())}
    with (
        pytest.raises(IntegrityError, match="selections_decided"),
        selecting.rating.session() as session,
    ):
        session.execute(
            text(
                "update selections set state = 'decided', decided_by = :by, decided_at = :at,"
                " follows_votes = true where selection_id = :selection_id"
            ),
            early,
        )


def test_a_city_counts_all_districts_and_a_district_its_own(selecting: Selecting) -> None:
    its = selecting.organisation("山这边志愿队")
    elsewhere = selecting.organisation("山那边志愿队", district="110198")
    selecting.serve(its, 5, 5, 5)
    selecting.serve(elsewhere, 5, 5, 5)
    of_city = selecting.open(selecting.city, area="110000")
    counted = selecting.do("shortlist_selection", of_city, selecting.city)
    assert set(by_name(counted)) >= {its.name, elsewhere.name}
    assert by_name(counted)[elsewhere.name]["figures"]["visits"] == 3
    its_own = selecting.do("shortlist_selection", selecting.open())
    assert list(by_name(its_own)) == [its.name]
    listed = selecting.call(
        "list_selections", {"area": selecting.district}, selecting.city, key=None
    )
    assert [each["state"] for each in listed["items"]] == ["shortlisted"]
