"""Items and their versions, when a request is reviewed, what may be edited, what is shown when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contract import CITY_AREA, InvalidRequest
from services.matching import contract, domain
from services.matching.catalogue import LANGUAGES, SKILL_CODES, SKILLS, read
from services.matching.contract import AddressStep, Category, RequestState
from services.matching.domain.items import minutes_range
from tests.unit.matching.test_domain import POLICY


NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
A_DAY = timedelta(days=1)
ITEM = domain.Item(
    "haircut", 1, "assistance", CITY_AREA, "理发", "A haircut", None, False, None, None, 1, 1,
    False, False, NOW, None, "x",
)  # fmt: skip


def test_the_first_catalogue_has_items_for_each_category_and_names_only_what_exists() -> None:
    items = read("items.yaml")
    by_category = {
        category: [item["item_code"] for item in items if item["category"] == category]
        for category in Category
    }
    assert all(
        len(codes) >= 3 and str(category) in codes for category, codes in by_category.items()
    )
    assert sum(map(len, by_category.values())) == len({item["item_code"] for item in items})
    assert {item.get("needed_skill") for item in items} - {None} <= SKILL_CODES
    certified = {skill["code"] for skill in SKILLS if skill["certificate"]}
    assert all(
        item["needed_skill"] in certified for item in items if item.get("certificate_needed")
    )
    for words in (items, SKILLS, LANGUAGES):
        assert all(each["name_zh"] and each["name_en"] for each in words)


@given(
    starts=st.lists(st.integers(-10, 10), min_size=1, max_size=6),
    retired=st.integers(0, 6),
    at=st.integers(-12, 12),
)
def test_a_request_keeps_the_newest_version_that_has_begun(
    starts: list[int], retired: int, at: int
) -> None:
    versions = [
        replace(ITEM, version=number, in_force_from=NOW + day * A_DAY, retired=number == retired)
        for number, day in enumerate(starts, start=1)
    ]
    begun = [number for number, day in enumerate(starts, start=1) if day <= at]
    found = domain.in_force(versions, NOW + at * A_DAY)
    if not begun or begun[-1] == retired:
        assert found is None
    else:
        assert found is not None
        assert found.version == begun[-1]


def test_an_item_of_another_district_is_not_offered() -> None:
    chaoyang = replace(ITEM, district="110105")
    assert domain.offered([chaoyang], "110105", NOW) is chaoyang
    assert domain.offered([ITEM], "110105", NOW) is ITEM
    for versions, district in (([chaoyang], "110101"), ([replace(ITEM, retired=True)], "110105")):
        with pytest.raises(contract.ItemNotOffered):
            domain.offered(versions, district, NOW)


@given(
    smallest=st.none() | st.integers(1, 300),
    largest=st.none() | st.integers(1, 300),
    minutes=st.integers(0, 400),
)
def test_an_items_minutes_never_widen_the_policys(
    smallest: int | None, largest: int | None, minutes: int
) -> None:
    item = replace(ITEM, smallest_minutes=smallest, largest_minutes=largest)
    low, high = minutes_range(item, POLICY)
    assert POLICY.smallest_request_minutes <= low
    assert high <= POLICY.largest_request_minutes
    fits = max(smallest or 0, POLICY.smallest_request_minutes) <= minutes <= high
    try:
        domain.check_item(item, None, minutes, POLICY)
    except contract.InvalidWindow:
        assert not fits
    else:
        assert fits


def test_an_item_for_groups_or_of_another_category_is_refused() -> None:
    with pytest.raises(contract.GroupOnly):
        domain.check_item(replace(ITEM, smallest_group=3, largest_group=9), None, 60, POLICY)
    with pytest.raises(InvalidRequest):
        domain.check_item(ITEM, Category.LEGAL_AID, 60, POLICY)
    domain.check_item(ITEM, Category.ASSISTANCE, 60, POLICY)


@pytest.mark.parametrize(
    ("changes", "flawed"),
    [
        ({}, None),
        ({"smallest_minutes": 90, "largest_minutes": 60}, "largest_minutes"),
        ({"smallest_minutes": 241}, "largest_minutes"),
        ({"smallest_group": 5, "largest_group": 4}, "largest_group"),
        ({"needed_skill": "flying"}, "needed_skill"),
        ({"certificate_needed": True}, "certificate_needed"),
        ({"certificate_needed": True, "needed_skill": "legal"}, None),
        ({"in_force_from": NOW - A_DAY}, "in_force_from"),
    ],
)
def test_rules_that_nobody_could_follow_are_refused_with_the_field(
    changes: dict[str, Any], flawed: str | None
) -> None:
    item = replace(ITEM, **changes)
    if flawed is None:
        domain.check_rules(item, SKILL_CODES, NOW, POLICY)
    else:
        with pytest.raises(InvalidRequest) as refused:
            domain.check_rules(item, SKILL_CODES, NOW, POLICY)
        assert set(refused.value.fields) == {flawed}


PLAIN = domain.Submitted(ITEM, is_first=False, is_for_another=False)


@pytest.mark.parametrize(
    ("conditions", "submitted", "asks"),
    [
        ([], replace(PLAIN, is_first=True), False),
        ([{"when": "all"}], PLAIN, True),
        ([{"when": "first_request"}], PLAIN, False),
        ([{"when": "first_request"}], replace(PLAIN, is_first=True), True),
        ([{"when": "for_another"}], replace(PLAIN, is_for_another=True), True),
        ([{"when": "for_another"}], PLAIN, False),
        ([{"when": "item"}], PLAIN, False),
        ([{"when": "item"}], replace(PLAIN, item=replace(ITEM, needs_review=True)), True),
        ([{"when": "category", "categories": ["assistance"]}], PLAIN, True),
        ([{"when": "category", "categories": ["legal_aid"]}], PLAIN, False),
        ([{"when": "item"}, {"when": "all"}], PLAIN, True),
        ([{"when": "the moon is full"}], PLAIN, True),
        (
            [{"when": "for_another"}],
            replace(PLAIN, is_for_another=True, is_approved_series=True),
            False,
        ),
    ],
)
def test_a_request_is_reviewed_exactly_when_a_condition_of_the_policy_holds(
    conditions: list[dict[str, Any]], submitted: domain.Submitted, asks: bool
) -> None:
    assert domain.needs_review(conditions, submitted) is asks


@pytest.mark.parametrize("state", RequestState)
def test_a_request_is_edited_only_while_nobody_comes(state: RequestState) -> None:
    editable = {"submitted", "in_review", "open"}
    if state in editable:
        domain.check_edit(state, 3, 3)
        with pytest.raises(contract.VersionConflict):
            domain.check_edit(state, 3, 2)
    else:
        with pytest.raises(contract.WrongState):
            domain.check_edit(state, 3, 3)
    if state in editable - {"submitted"}:
        domain.check_replacement(state, 3, 3)
    else:
        with pytest.raises(contract.WrongState):
            domain.check_replacement(state, 3, 3)


@pytest.mark.parametrize(
    ("booked", "minutes_before", "late"),
    [(True, 120, False), (True, 119, True), (True, -5, True), (False, 1, False)],
)
def test_cancelling_is_late_only_when_somebody_comes_within_two_hours(
    booked: bool, minutes_before: int, late: bool
) -> None:
    now = NOW - timedelta(minutes=minutes_before)
    assert domain.is_late_cancel(booked, NOW, now, POLICY) is late


@pytest.mark.parametrize(
    ("comes", "minutes", "step"),
    [
        (False, 0, AddressStep.AREA),
        (True, -241, AddressStep.PLACE),
        (True, -240, AddressStep.DOOR),
        (True, 0, AddressStep.DOOR),
        (True, 60 + 120, AddressStep.DOOR),
        (True, 60 + 121, AddressStep.PLACE),
    ],
)
def test_who_comes_sees_the_place_and_the_telephone_shortly_before(
    comes: bool, minutes: int, step: AddressStep
) -> None:
    now, ends_at = NOW + timedelta(minutes=minutes), NOW + timedelta(hours=1)
    assert domain.step_for_volunteer(comes, NOW, ends_at, now, POLICY) is step


def test_whoever_may_be_given_coins_may_ask_from_the_age_that_the_policy_says() -> None:
    younger = replace(POLICY, requests=replace(POLICY.requests, receiver_from_age=0))
    from tests.unit.matching.test_domain import ADULT

    with pytest.raises(contract.NotYetElder):
        domain.check_age(ADULT, NOW, POLICY)
    domain.check_age(ADULT, NOW, younger)


def test_whoever_is_in_hardship_may_ask_from_the_age_that_the_policy_says_for_them() -> None:
    from tests.unit.matching.test_domain import ADULT

    rules = replace(POLICY.requests, redeem_from_age=65, redeem_from_age_in_hardship=0)
    policy = replace(POLICY, requests=rules)
    with pytest.raises(contract.NotYetElder):
        domain.check_age(replace(ADULT, groups=frozenset({"dementia"})), NOW, policy)
    domain.check_age(replace(ADULT, groups=frozenset({"economic_hardship"})), NOW, policy)


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("dementia", {"redeem_from_age": 65, "receiver_from_age": 62}),
        ("economic_hardship", {"redeem_from_age_in_hardship": 60, "receiver_from_age": 62}),
    ],
)
def test_whoever_is_too_young_is_told_the_age_of_each_rule_under_its_own_name(
    group: str, told: dict[str, int]
) -> None:
    from tests.unit.matching.test_domain import ADULT

    rules = replace(
        POLICY.requests,
        redeem_from_age=65,
        redeem_from_age_in_hardship=60,
        receiver_from_age=62,
    )
    elder = replace(ADULT, groups=frozenset({group}))
    with pytest.raises(contract.NotYetElder) as refused:
        domain.check_age(elder, NOW, replace(POLICY, requests=rules))
    assert {name: age for name, age in refused.value.fields.items() if name != "age"} == told
