"""Declarations: versions in force, what stands, what is asked for, and who serves."""

from datetime import UTC, date, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.contract import Declaration, DeclarationOutdated
from services.identity.declarations import texts
from services.identity.domain.declarations import (
    Acceptance,
    Text,
    check_version,
    in_force,
    is_willing,
    missing,
    standing,
)
from services.identity.domain.registration import check_consent, declared
from services.kernel.contract import InvalidRequest


D = Declaration
DAY = date(2026, 11, 25)
AT = datetime(2026, 11, 25, tzinfo=UTC)


def text(declaration: Declaration, version: int, since: date = DAY) -> Text:
    return Text(declaration, version, since, "题", "Title", "文", "Text")


def accepted(declaration: Declaration, version: int = 1, withdrawn: bool = False) -> Acceptance:
    return Acceptance(declaration, version, AT, None, AT if withdrawn else None)


ASKED = in_force([text(each, 2) for each in D], DAY)
acceptances = st.lists(
    st.builds(accepted, st.sampled_from(list(D)), st.integers(1, 3), st.booleans()), max_size=12
)


def test_every_declaration_has_a_version_in_force_in_chinese_and_english() -> None:
    asked = in_force(texts(), DAY)
    assert set(asked) == set(D)
    for each in asked.values():
        assert each.title_zh and each.title_en and each.text_zh and each.text_en


def test_versions_of_the_catalogue_follow_each_other_without_a_gap() -> None:
    for declaration in D:
        versions = [each for each in texts() if each.declaration is declaration]
        assert [each.version for each in versions] == list(range(1, len(versions) + 1))
        assert versions == sorted(versions, key=lambda each: each.since)


def test_a_version_is_in_force_from_its_day_on() -> None:
    both = [text(D.PRIVACY_NOTICE, 1, date(2022, 6, 1)), text(D.PRIVACY_NOTICE, 2, DAY)]
    assert in_force(both, date(2026, 11, 24))[D.PRIVACY_NOTICE].version == 1
    assert in_force(both, DAY)[D.PRIVACY_NOTICE].version == 2
    assert in_force(both, date(2022, 5, 31)) == {}


def test_only_the_version_in_force_is_accepted() -> None:
    check_version(ASKED, D.PRIVACY_NOTICE, 2)
    for version in (1, 3):
        with pytest.raises(DeclarationOutdated):
            check_version(ASKED, D.PRIVACY_NOTICE, version)
    with pytest.raises(DeclarationOutdated):
        check_version({}, D.PRIVACY_NOTICE, 1)


@pytest.mark.parametrize(("willing", "consent", "is_minor"), list(product([False, True], repeat=3)))
def test_a_volunteer_is_willing_and_a_pupil_has_the_guardians_consent(
    willing: bool, consent: bool, is_minor: bool
) -> None:
    made = [accepted(D.WILLING_AND_HEALTHY)] * willing + [accepted(D.GUARDIAN_CONSENT)] * consent
    assert is_willing(made, is_minor) == (willing and (consent or not is_minor))


@given(acceptances)
def test_what_was_withdrawn_counts_for_nothing(made: list[Acceptance]) -> None:
    stand = [each for each in made if each.stands]
    assert standing(made) == standing(stand)
    for is_minor in (False, True):
        assert is_willing(made, is_minor) == is_willing(stand, is_minor)
        assert missing(made, ASKED, is_minor) == missing(stand, ASKED, is_minor)


@given(acceptances, st.booleans())
def test_whoever_accepts_what_is_missing_is_asked_no_more(
    made: list[Acceptance], is_minor: bool
) -> None:
    asked_for = missing(made, ASKED, is_minor)
    more = [accepted(each.declaration, each.version) for each in asked_for]
    assert missing(made + more, ASKED, is_minor) == []


def test_a_new_version_asks_again_and_puts_nobody_out_of_work() -> None:
    made = [accepted(D.WILLING_AND_HEALTHY, 1), accepted(D.PRIVACY_NOTICE, 1)]
    asked_for = {each.declaration for each in missing(made, ASKED, False)}
    assert asked_for == {D.WILLING_AND_HEALTHY, D.PRIVACY_NOTICE}
    assert is_willing(made, False)


def test_being_a_volunteer_is_a_choice_that_nobody_is_asked_for() -> None:
    assert [each.declaration for each in missing([], ASKED, False)] == [D.PRIVACY_NOTICE]
    minor = {each.declaration for each in missing([], ASKED, True)}
    assert minor == {D.PRIVACY_NOTICE, D.GUARDIAN_CONSENT}


def test_the_plain_yes_to_health_accepts_the_version_in_force() -> None:
    assert declared([], True, ASKED) == {D.WILLING_AND_HEALTHY: 2}
    assert declared([], False, ASKED) == {}
    given_ones = [{"declaration": D.PRIVACY_NOTICE, "version": 2}]
    assert declared(given_ones, False, ASKED) == {D.PRIVACY_NOTICE: 2}
    with pytest.raises(DeclarationOutdated):
        declared([{"declaration": D.PRIVACY_NOTICE, "version": 1}], True, ASKED)


@pytest.mark.parametrize(
    ("registered_by", "by_clerk", "is_right"),
    [(1, False, True), (2, False, False), (None, False, False), (2, True, True)],
)
def test_nobody_but_the_guardian_or_a_clerk_consents_for_a_pupil(
    registered_by: int | None, by_clerk: bool, is_right: bool
) -> None:
    consent = {D.GUARDIAN_CONSENT: 1}
    by = None if registered_by is None else UUID(int=registered_by)
    check_consent({}, UUID(int=1), by, by_clerk)
    if is_right:
        check_consent(consent, UUID(int=1), by, by_clerk)
        return
    with pytest.raises(InvalidRequest):
        check_consent(consent, UUID(int=1), by, by_clerk)
