"""What arbiters may move, who they may be, what deadlines do, and numbers that name nobody."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Error, Forbidden, InvalidRequest
from services.rating.contract import (
    Claim,
    DisputeState,
    DisputeWindowClosed,
    HighestLevel,
    IsParty,
    Level,
    Outcome,
    OutcomeNotPossible,
    Side,
)
from services.rating.domain.contacts import without_contacts
from services.rating.domain.dispute_statistics import Told, counted, shares
from services.rating.domain.disputes import (
    DISPUTE_MOVES,
    Decision,
    Disputable,
    Dispute,
    DisputeAct,
    Evidence,
    check_opening,
    due_act,
    higher,
    is_overdue,
    level_of_appeal,
    moved,
)
from services.rating.domain.disputes_rights import (
    Standing,
    may_decide,
    may_withdraw,
    parties_of,
    possible_acts,
    side_spoken_for,
    standing_of,
)
from services.rating.domain.outcomes import change_of_service, minutes_moved, most_correction
from services.rating.domain.policy import DisputePolicy
from services.rating.domain.stars import Served, ServiceChange, proven, total_minutes
from services.rating.words import dispute_in_words


NOW = datetime(2026, 6, 2, tzinfo=UTC)
DAY = timedelta(days=1)
STREET = "110105001"
ELDER, VOLUNTEER = UUID(int=1), UUID(int=2)
RULES = DisputePolicy(
    version=1,
    window_days=7,
    days={Level.STREET: 3, Level.DISTRICT: 7, Level.CITY: 15},
    appeal_days=7,
    most_correction_minutes=60,
    most_statements=2,
    least_shown=5,
)
DISPUTE = Dispute(
    dispute_id=UUID(int=3),
    visit_id=UUID(int=4),
    request_id=UUID(int=5),
    elder_id=ELDER,
    volunteer_id=VOLUNTEER,
    street=STREET,
    side=Side.ELDER,
    claim=Claim.TOO_MUCH,
    words="",
    opened_by=ELDER,
    opened_at=NOW,
    policy_version=1,
    paid_minutes=60,
    due_at=NOW + 3 * DAY,
    state=DisputeState.UNDER_REVIEW,
    frozen_minutes=45,
)
VISIT = Disputable(UUID(int=4), UUID(int=5), ELDER, VOLUNTEER, STREET, NOW - DAY, 60, 90)
CLERK = Caller(UUID(int=6), (RoleIn(Role.AGENCY_CLERK, STREET),))


@pytest.mark.parametrize(("state", "act"), list(product(DisputeState, DisputeAct)))
def test_each_act_leads_where_the_table_says_or_is_refused(
    state: DisputeState, act: DisputeAct
) -> None:
    if (state, act) in DISPUTE_MOVES:
        assert moved(state, act) is DISPUTE_MOVES[state, act]
    else:
        with pytest.raises(Error) as refused:
            moved(state, act)
        assert refused.value.status == 409


@given(
    frozen=st.integers(0, 240),
    outcome=st.sampled_from(Outcome),
    returned=st.none() | st.integers(0, 1440),
    corrected=st.none() | st.integers(0, 1440),
    level=st.sampled_from(Level),
    claimed=st.none() | st.integers(0, 1440),
    planned=st.none() | st.integers(0, 1440),
)
def test_no_decision_moves_more_than_is_held_or_budgeted(
    frozen: int,
    outcome: Outcome,
    returned: int | None,
    corrected: int | None,
    level: Level,
    claimed: int | None,
    planned: int | None,
) -> None:
    bounds = {"claimed_minutes": claimed, "planned_minutes": planned}
    dispute = replace(DISPUTE, frozen_minutes=frozen, level=level, **bounds)
    try:
        back, added = minutes_moved(dispute, outcome, returned, corrected, RULES)
    except (InvalidRequest, OutcomeNotPossible):
        return
    assert 0 <= back <= frozen
    assert 0 <= added <= most_correction(dispute, RULES) <= RULES.most_correction_minutes
    assert (back > 0) == (outcome in (Outcome.PARTIAL, Outcome.REVERSE))
    assert (added > 0) == (outcome is Outcome.CORRECTION)
    assert not added or level is not Level.STREET
    assert back == frozen or outcome is not Outcome.REVERSE
    assert not added or dispute.paid_minutes + added <= (
        planned or 0 if claimed is None else claimed
    )


def test_a_deadline_hands_up_or_closes_and_the_city_is_only_overdue() -> None:
    after = NOW + 3 * DAY + timedelta(seconds=1)
    assert due_act(DISPUTE, NOW + 3 * DAY) is None
    assert due_act(DISPUTE, after) is DisputeAct.ESCALATE
    assert due_act(replace(DISPUTE, state=DisputeState.DECIDED), after) is DisputeAct.CLOSE
    at_city = replace(DISPUTE, level=Level.CITY)
    assert due_act(at_city, after) is None and is_overdue(at_city, after)
    assert due_act(replace(DISPUTE, state=DisputeState.AWAITING_FREEZE), after) is None
    assert [higher(level) for level in (Level.STREET, Level.DISTRICT)] == [
        Level.DISTRICT,
        Level.CITY,
    ]
    with pytest.raises(HighestLevel):
        higher(Level.CITY)
    assert [level_of_appeal(level) for level in Level] == [Level.DISTRICT, Level.CITY, Level.CITY]


@pytest.mark.parametrize(
    ("claim", "credited", "claimed", "later", "refused"),
    [
        (Claim.TOO_MUCH, 60, None, 8 * DAY, DisputeWindowClosed),
        (Claim.TOO_MUCH, 60, None, 6 * DAY, None),
        (Claim.TOO_MUCH, 0, None, DAY, InvalidRequest),
        (Claim.TOO_MUCH, 60, 60, DAY, InvalidRequest),
        (Claim.TOO_MUCH, 60, 40, DAY, None),
        (Claim.TOO_LITTLE, 60, None, DAY, InvalidRequest),
        (Claim.TOO_LITTLE, 60, 60, DAY, InvalidRequest),
        (Claim.TOO_LITTLE, 0, 30, DAY, None),
        (Claim.OTHER, 60, None, DAY, None),
    ],
)
def test_a_claim_comes_in_time_and_says_what_it_says(
    claim: Claim,
    credited: int,
    claimed: int | None,
    later: timedelta,
    refused: type[Error] | None,
) -> None:
    arguments = (VISIT, credited, claim, claimed, None, NOW + later, RULES)
    if refused is None:
        check_opening(*arguments)
    else:
        with pytest.raises(refused):
            check_opening(*arguments)


def test_the_other_sides_time_runs_from_the_end_of_the_former_dispute() -> None:
    check_opening(VISIT, 60, Claim.OTHER, None, NOW + 20 * DAY, NOW + 27 * DAY, RULES)
    with pytest.raises(DisputeWindowClosed):
        check_opening(VISIT, 60, Claim.OTHER, None, NOW + 20 * DAY, NOW + 28 * DAY, RULES)


def test_what_a_clerk_settles_late_can_still_be_disputed() -> None:
    late = replace(VISIT, decided_at=NOW + 20 * DAY)
    check_opening(late, 60, Claim.OTHER, None, None, NOW + 27 * DAY, RULES)
    with pytest.raises(DisputeWindowClosed):
        check_opening(late, 60, Claim.OTHER, None, None, NOW + 28 * DAY, RULES)


def decision(decided_by: UUID) -> Decision:
    return Decision(UUID(int=3), False, Level.STREET, Outcome.STAND, 0, 0, "", decided_by, NOW, 1)


def test_an_arbiter_is_of_the_level_and_no_party_nor_close_to_one_nor_heard_before() -> None:
    said = Evidence(uuid4(), DISPUTE.dispute_id, Side.ELDER, UUID(int=7), "", NOW)
    found = replace(said, side=Side.CLERK, given_by=UUID(int=8))
    parties = parties_of(replace(DISPUTE, appealed_by=UUID(int=9)), [UUID(int=10)], [said, found])
    assert parties == {ELDER, VOLUNTEER, *(UUID(int=each) for each in (7, 9, 10))}
    assert may_decide(CLERK, DISPUTE, parties, False, None) == CLERK.person_id
    for barred in sorted(map(str, parties)):
        with pytest.raises(IsParty):
            may_decide(Caller(UUID(barred), CLERK.roles), DISPUTE, parties, False, None)
    with pytest.raises(IsParty):
        may_decide(CLERK, DISPUTE, parties, True, None)
    with pytest.raises(IsParty):
        may_decide(CLERK, DISPUTE, parties, False, decision(UUID(int=6)))
    may_decide(CLERK, DISPUTE, parties, False, decision(UUID(int=66)))
    for level, held in product((Level.DISTRICT, Level.CITY), (CLERK,)):
        with pytest.raises(Forbidden):
            may_decide(held, replace(DISPUTE, level=level), parties, False, None)
    city = Caller(UUID(int=11), (RoleIn(Role.CITY_OFFICER, CITY_AREA),))
    with pytest.raises(Forbidden):
        may_decide(city, DISPUTE, parties, False, None)


def test_those_concerned_speak_as_themselves_and_the_staff_say_for_whom() -> None:
    elder, staff = Standing(for_elder=True, is_staff=True), Standing(is_staff=True)
    assert side_spoken_for(elder, None, clerk_speaks=True) is Side.ELDER
    with pytest.raises(InvalidRequest):
        side_spoken_for(elder, Side.VOLUNTEER, clerk_speaks=True)
    assert side_spoken_for(staff, None, clerk_speaks=True) is Side.CLERK
    assert side_spoken_for(staff, Side.ELDER, clerk_speaks=False) is Side.ELDER
    with pytest.raises(InvalidRequest):
        side_spoken_for(staff, None, clerk_speaks=False)
    with pytest.raises(Forbidden):
        side_spoken_for(Standing(), Side.ELDER, clerk_speaks=True)


def test_who_may_not_decide_may_hand_up_and_nobody_does_what_time_has_overtaken() -> None:
    staff = Standing(is_staff=True)
    acts = {DisputeAct.GIVE_EVIDENCE, DisputeAct.HAND_UP}
    assert set(possible_acts(DISPUTE, CLERK, staff, True, NOW)) == acts
    assert set(possible_acts(DISPUTE, CLERK, staff, False, NOW)) == acts | {DisputeAct.DECIDE}
    late = NOW + 4 * DAY
    assert possible_acts(DISPUTE, CLERK, staff, False, late) == [DisputeAct.GIVE_EVIDENCE]
    decided = replace(DISPUTE, state=DisputeState.DECIDED)
    elder, standing = Caller(ELDER), Standing(for_elder=True)
    assert possible_acts(decided, elder, standing, False, NOW) == [DisputeAct.APPEAL]
    assert possible_acts(decided, elder, standing, False, late) == []


@given(words=st.text(alphabet="0123456789 -来", max_size=40))
def test_no_long_number_reaches_the_other_side(words: str) -> None:
    shown = without_contacts(words)
    assert "1380013800" not in without_contacts(words + "来13800138000")
    assert without_contacts(shown) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("2026-06-01 14:00到，15:00走", "2026-06-01 14:00到，15:00走"),
        ("2026.6.1到2026.6.3没来", "2026.6.1到2026.6.3没来"),
        ("2026-06-01 13800138000", "2026-06-01 •••"),
        ("138.0013.8000", "•••"),
        ("138·0013·8000或(010)8888-8888", "•••或(•••"),
        ("邮箱zhang.san@example.cn，来了40分钟", "邮箱•••，来了40分钟"),
    ],
)
def test_days_and_hours_are_read_and_ways_to_reach_somebody_are_not(words: str, shown: str) -> None:
    assert without_contacts(words) == shown


@pytest.mark.parametrize("least", [1, 4, 5])
def test_nobody_who_knows_the_total_can_tell_a_hidden_count(least: int) -> None:
    """Of all ways to share a total out, those that are shown alike differ in all they hide."""
    kinds, alike = list(Claim), dict[tuple[int, str], list[tuple[int, ...]]]()
    for total in range(least, 18):
        for first, second in product(range(total + 1), repeat=2):
            if first + second <= total:
                counts = (first, second, total - first - second)
                found = [
                    kind for kind, many in zip(kinds, counts, strict=True) for _ in range(many)
                ]
                alike.setdefault((total, str(shares(Claim, found, least))), []).append(counts)
    for (total, shown), rows in alike.items():
        for values in zip(*rows, strict=True):
            assert len(set(values)) > 1 or not 0 < values[0] < least, (total, shown)


def test_who_speaks_for_a_side_no_more_withdraws_nothing_of_it() -> None:
    agent = Caller(UUID(int=12), CLERK.roles)
    opened = replace(DISPUTE, opened_by=agent.person_id)
    consented = Standing(for_elder=True, is_staff=True)
    assert may_withdraw(agent, opened, consented) == agent.person_id
    assert may_withdraw(Caller(ELDER), opened, Standing(for_elder=True)) == ELDER
    for caller, standing in (
        (agent, Standing()),
        (agent, Standing(is_staff=True)),
        (Caller(UUID(int=13)), Standing(for_elder=True)),
        (Caller(VOLUNTEER), Standing(for_volunteer=True)),
        (CLERK, Standing(is_staff=True)),
    ):
        with pytest.raises(Forbidden):
            may_withdraw(caller, opened, standing)
        assert DisputeAct.WITHDRAW not in possible_acts(opened, caller, standing, False, NOW)


def test_nobody_speaks_for_the_elder_who_is_on_the_volunteers_side() -> None:
    elder, volunteer, other = Caller(ELDER), Caller(VOLUNTEER), Caller(UUID(int=14))
    for caller, is_agent, is_guardian, side in (
        (elder, False, True, Side.ELDER),
        (volunteer, True, False, Side.VOLUNTEER),
        (other, True, True, Side.VOLUNTEER),
        (other, True, False, Side.ELDER),
        (other, False, True, Side.VOLUNTEER),
    ):
        standing = standing_of(caller, VISIT, is_agent, is_guardian)
        assert standing.side is side
        assert standing.for_elder is not standing.for_volunteer


def test_a_correction_that_no_budget_can_pay_is_not_said_to_wait_for_one() -> None:
    unfunded = replace(DISPUTE, state=DisputeState.UNFUNDED, refused="insufficient_budget")
    assert "区预算不足" in dispute_in_words(unfunded)["zh"]
    closed = dispute_in_words(replace(unfunded, refused="wallet_closed"))
    assert "预算" not in closed["zh"] and "account is closed" in closed["en"]


def test_a_party_is_not_told_to_settle_again() -> None:
    unfunded = replace(DISPUTE, state=DisputeState.UNFUNDED, due_at=None)
    for barred in (False, True):
        acts = possible_acts(unfunded, CLERK, Standing(is_staff=True), barred, NOW)
        assert acts == ([] if barred else [DisputeAct.SETTLE_AGAIN])


@given(
    disputes=st.lists(
        st.tuples(
            st.sampled_from(Claim),
            st.none() | st.tuples(st.sampled_from(Outcome), st.sampled_from(Level)),
            st.booleans(),
        ),
        max_size=40,
    ),
    least=st.integers(1, 10),
)
def test_statistics_show_no_small_count_nor_let_it_be_found_by_subtraction(
    disputes: list[tuple[Claim, tuple[Outcome, Level] | None, bool]], least: int
) -> None:
    told = [
        Told("110105", claim, NOW, *(decided or (None, None)), NOW + DAY if decided else None, more)
        for claim, decided, more in disputes
    ]
    shown = counted("110105", told, least)
    counts = [shown["opened"], shown["appealed"]]
    for name in ("by_claim", "by_outcome", "by_level"):
        counts += shown[name].values()
        hidden = [each for each in shown[name].values() if each is None]
        assert len(hidden) != 1
    assert all(count is None or count == 0 or count >= least for count in counts)
    assert shown["days_to_decide"] in (None, 1)


# A history of one volunteer: visits, and what disputes of them came to, some settled twice.
SETTLEMENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 90), st.integers(0, 60)),
    max_size=20,
)


@given(paid=st.lists(st.integers(0, 90), min_size=6, max_size=6), settled=SETTLEMENTS)
def test_what_is_kept_equals_what_is_counted_from_nothing(
    paid: list[int], settled: list[tuple[int, int, int, int]]
) -> None:
    visits = [
        Served(UUID(int=number), VOLUNTEER, minutes, NOW) for number, minutes in enumerate(paid)
    ]
    kept, newest, changes = sum(paid), dict[UUID, int](), list[ServiceChange]()
    for step, (number, dispute, returned, corrected) in enumerate(settled):
        dispute_id = UUID(int=number * 10 + dispute)
        minutes = change_of_service(paid[number], returned, corrected)
        settled_at = NOW + step * DAY
        changes.append(ServiceChange(dispute_id, UUID(int=number), VOLUNTEER, minutes, settled_at))
        kept += minutes - newest.get(dispute_id, 0)
        newest[dispute_id] = minutes
        assert minutes >= -paid[number]
    assert total_minutes(proven(visits, changes)) == kept
    assert total_minutes(proven(visits, [*reversed(changes), *changes])) == kept
