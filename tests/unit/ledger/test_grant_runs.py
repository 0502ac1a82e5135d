"""A grant run's decisions (S16): each line by the rules of a single grant, and never beyond."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Role
from services.kernel.caller import Caller, RoleIn
from services.kernel.contract import CITY_AREA, Forbidden, NotFound, Unauthenticated
from services.ledger import domain
from services.ledger.contract import (
    CoinsGranted,
    GrantLineState,
    GrantRunEnded,
    GrantRunFinished,
    GrantRunState,
    InsufficientBudget,
    LineFault,
    Provenance,
)
from services.ledger.domain import (
    Books,
    CancelRun,
    Decided,
    GrantBatch,
    GrantLine,
    GrantRun,
    NextLines,
    Person,
    Refused,
    SheetLine,
    StartRun,
    Task,
    WalletState,
    Want,
    budget,
    wallet,
)
from tests.unit.ledger.people import POLICY, person


DISTRICT, RUN_ID, OFFICER_ID = "110105", UUID(int=900), UUID(int=901)
OFFICER = Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, DISTRICT),))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PREPARED = GrantRun(RUN_ID, DISTRICT, "June", "digest", OFFICER_ID, NOW, lines=4, total_minutes=240)
RUNNING = replace(
    PREPARED,
    state=GrantRunState.RUNNING,
    started_by=OFFICER_ID,
    started_at=NOW - timedelta(1),
    correlation_id="s",
)


def elder(number, district=DISTRICT, groups=("dementia",), state=WalletState.OPEN):
    return person(UUID(int=number), district + "001", groups=frozenset(groups), state=state)


def accepted(number, minutes=60, reason=None):
    return GrantLine(RUN_ID, number, UUID(int=number), minutes, reason)


def books(run=RUNNING, lines=(), people=None, budget_minutes=240, granted_before=()):
    people = [elder(line.line) for line in lines] if people is None else people
    records = {Want(GrantRun, RUN_ID): run}
    records |= {Want(Person, each.person_id): each for each in people}
    if run and run.state is GrantRunState.RUNNING:
        following = NextLines(RUN_ID, tuple(lines), frozenset(granted_before))
        records[Want(NextLines, RUN_ID)] = following
    known = [Want(Person, line.person_id) for line in lines]
    known += [Want(NextLines, RUN_ID), Want(GrantRun, RUN_ID)]
    return Books(records, {budget(DISTRICT): budget_minutes}, known)


def decided(command, on):
    (result,) = domain.decide([Task(command, POLICY, NOW)], on)
    if isinstance(result, Refused):
        raise result.error
    return result.outcome


def parts(outcome, record):
    return [each for each in outcome.records if isinstance(each, record)]


def test_a_batch_grants_what_it_may_and_refuses_each_other_line_for_its_own_reason():
    lines = [accepted(number) for number in range(1, 8)]
    people = [
        elder(1),
        elder(2, groups=()),
        elder(3, district="110101"),
        elder(4, state=WalletState.CLOSED),
        elder(5, state=WalletState.FROZEN),
        elder(6),
    ]
    run = replace(RUNNING, lines=9, refused_lines=1)
    outcome = decided(GrantBatch(RUN_ID), books(run, lines, people, granted_before={UUID(int=6)}))
    assert [line.refusal for line in parts(outcome, GrantLine)] == [
        None,
        "not_in_special_group",
        "forbidden",
        "wallet_closed",
        # Into a frozen wallet coins may come, by a single grant too.
        None,
        "granted_before",
        "no_wallet",
    ]
    (after,) = parts(outcome, GrantRun)
    assert (after.granted_lines, after.granted_minutes, after.refused_lines) == (2, 120, 6)
    assert (after.accepted_lines, after.state) == (1, GrantRunState.RUNNING)
    assert outcome.answer == {"left_lines": 1}
    assert [event.event for event in outcome.events] == [CoinsGranted, CoinsGranted]


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.integers(0, 6_000))
def test_a_batch_never_overspends_and_refuses_only_what_does_not_fit(amounts, budget_minutes):
    lines = [accepted(number, minutes) for number, minutes in enumerate(amounts, 1)]
    run = replace(RUNNING, lines=len(lines), total_minutes=sum(amounts))
    on = books(run, lines, budget_minutes=budget_minutes)
    (result,) = domain.decide([Task(GrantBatch(RUN_ID), POLICY, NOW)], on)
    assert isinstance(result, Decided)
    left = budget_minutes
    for line in parts(result.outcome, GrantLine):
        fits = line.minutes <= left
        assert line.state is (GrantLineState.GRANTED if fits else GrantLineState.REFUSED)
        assert line.refusal == (None if fits else "insufficient_budget")
        left -= line.minutes if fits else 0
    (after,) = parts(result.outcome, GrantRun)
    assert after.granted_minutes == budget_minutes - left
    assert after.state is GrantRunState.FINISHED
    (told,) = [each for each in result.outcome.events if each.event is GrantRunFinished]
    assert told.facts["granted_minutes"] == budget_minutes - left


def test_a_lines_grant_is_always_the_same_and_no_other_lines():
    lines = [accepted(1), accepted(2, reason="alone and frail")]
    first, second = (
        decided(GrantBatch(RUN_ID), books(lines=lines)).transfers,
        decided(GrantBatch(RUN_ID), books(lines=lines)).transfers,
    )
    assert first == second
    assert len({transfer.transfer_id for transfer in first}) == 2
    assert [transfer.reason for transfer in first] == ["June", "alone and frail"]
    assert {transfer.acted_by for transfer in first} == {OFFICER_ID}
    granted = parts(decided(GrantBatch(RUN_ID), books(lines=lines)), GrantLine)
    assert [line.transfer_id for line in granted] == [each.transfer_id for each in first]


def test_two_batches_decided_together_grant_each_line_once():
    lines = [accepted(number) for number in range(1, 5)]
    batch = Task(GrantBatch(RUN_ID), POLICY, NOW)
    on = books(replace(RUNNING, lines=9), lines)
    first, second = domain.decide([batch, batch], on)
    assert len(first.outcome.transfers) == 4
    assert parts(first.outcome, GrantRun)[0].state is GrantRunState.RUNNING
    assert second.outcome.transfers == ()
    assert parts(second.outcome, GrantLine) == []


def test_a_run_that_is_cancelled_in_the_same_batch_grants_nothing_more():
    lines = [accepted(number) for number in range(1, 5)]
    tasks = [Task(CancelRun(RUN_ID, OFFICER), POLICY, NOW), Task(GrantBatch(RUN_ID), POLICY, NOW)]
    cancelled, batch = domain.decide(tasks, books(lines=lines))
    answer = cancelled.outcome.answer
    assert (answer["state"], answer["ended_at"]) == (GrantRunState.CANCELLED, NOW)
    assert batch.outcome.transfers == ()


def test_a_run_that_another_process_has_in_hand_is_left_alone():
    on = Books(known=[Want(NextLines, RUN_ID)])
    batch = GrantBatch(RUN_ID)
    assert set(batch.wants(on)) == {Want(NextLines, RUN_ID)}
    assert list(batch.accounts(on)) == []
    assert decided(batch, on).records == ()


def test_a_batch_wants_its_people_and_may_touch_the_budget_and_their_granted_coins():
    lines = [accepted(1), accepted(2)]
    batch, on = GrantBatch(RUN_ID), books(lines=lines)
    people = {Want(Person, UUID(int=number)) for number in (1, 2)}
    assert set(batch.wants(on)) == {Want(NextLines, RUN_ID), Want(GrantRun, RUN_ID), *people}
    granted = [wallet(UUID(int=number), Provenance.GRANTED) for number in (1, 2)]
    assert list(batch.accounts(on)) == [budget(DISTRICT), *granted]


def test_a_run_of_refusals_alone_finishes_without_a_grant():
    outcome = decided(GrantBatch(RUN_ID), books(replace(RUNNING, refused_lines=4)))
    assert [event.event for event in outcome.events] == [GrantRunFinished]
    assert outcome.transfers == ()


def test_a_start_needs_the_budget_for_all_accepted_lines():
    start = StartRun(RUN_ID, OFFICER, "story")
    started = decided(start, books(PREPARED)).answer
    assert (started["state"], started["started_by"]) == (GrantRunState.RUNNING, OFFICER_ID)
    with pytest.raises(InsufficientBudget) as refused:
        decided(start, books(PREPARED, budget_minutes=239))
    assert refused.value.fields == {"budget_minutes": 239, "needed_minutes": 240}


@pytest.mark.parametrize("state", [GrantRunState.RUNNING, GrantRunState.FINISHED])
def test_a_second_start_shows_the_run_and_changes_nothing(state):
    run = replace(RUNNING, state=state)
    outcome = decided(StartRun(RUN_ID, OFFICER, "other"), books(run, budget_minutes=0))
    assert outcome.records == ()
    assert outcome.answer["state"] is state


def test_what_has_ended_is_neither_started_nor_cancelled():
    with pytest.raises(GrantRunEnded):
        decided(
            StartRun(RUN_ID, OFFICER, ""), books(replace(PREPARED, state=GrantRunState.CANCELLED))
        )
    with pytest.raises(GrantRunEnded):
        decided(CancelRun(RUN_ID, OFFICER), books(replace(RUNNING, state=GrantRunState.FINISHED)))
    again = replace(PREPARED, state=GrantRunState.CANCELLED)
    assert decided(CancelRun(RUN_ID, OFFICER), books(again)).records == ()


@pytest.mark.parametrize(
    ("caller", "run", "error"),
    [
        (Caller(), PREPARED, Unauthenticated),
        (Caller(), None, Unauthenticated),
        (Caller(OFFICER_ID), PREPARED, Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.DISTRICT_OFFICER, "110101"),)), PREPARED, Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.CITY_OFFICER, CITY_AREA),)), PREPARED, Forbidden),
        (Caller(OFFICER_ID, (RoleIn(Role.AGENCY_CLERK, DISTRICT),)), PREPARED, Forbidden),
        (OFFICER, None, NotFound),
    ],
)
def test_only_an_officer_of_the_district_starts_and_cancels(caller, run, error):
    for command in (StartRun(RUN_ID, caller, ""), CancelRun(RUN_ID, caller)):
        with pytest.raises(error):
            decided(command, books(run))


def checked(*lines, people=(), granted_before=()):
    found = {each.person_id: each for each in people}
    return domain.check_lines(lines, PREPARED, found, granted_before, POLICY, NOW)


def on_sheet(number, minutes=60, fault=None):
    return SheetLine(number, UUID(int=number), minutes, None, fault)


def test_the_dry_run_refuses_what_the_run_would_refuse_but_for_the_budget():
    lines = checked(
        on_sheet(1, 10**7),
        on_sheet(2),
        on_sheet(3, fault=LineFault.DUPLICATE_PERSON),
        SheetLine(4, None, None, None, LineFault.INVALID_LINE),
        on_sheet(5),
        on_sheet(6),
        people=[elder(1), elder(3), elder(5, groups=()), elder(6)],
        granted_before={UUID(int=6)},
    )
    assert [line.refusal for line in lines] == [
        None,
        "no_wallet",
        "duplicate_person",
        "invalid_line",
        "not_in_special_group",
        "granted_before",
    ]
    run = domain.counted(replace(PREPARED, lines=6), lines)
    assert (run.total_minutes, run.refused_lines, run.accepted_lines) == (10**7, 5, 1)


@pytest.mark.parametrize(
    ("budget_minutes", "line"), [(0, 1), (59, 1), (60, 3), (119, 3), (120, None)]
)
def test_the_first_line_that_the_budget_does_not_cover_is_named(budget_minutes, line):
    lines = [accepted(1), accepted(2).refused("no_wallet"), accepted(3)]
    assert domain.first_uncovered(lines, budget_minutes) == line


def test_a_run_finishes_when_it_does_and_says_when():
    later = NOW + timedelta(hours=1)
    task = Task(GrantBatch(RUN_ID), POLICY, later)
    (result,) = domain.decide([task], books(lines=[accepted(each) for each in range(1, 5)]))
    (run,) = parts(result.outcome, GrantRun)
    assert (run.state, run.ended_at) == (GrantRunState.FINISHED, later)
