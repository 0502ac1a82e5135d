"""Void tokens: refused as soon as the list says so, taken when identity is away, never before."""

from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from gateway.errors import SessionRevoked
from gateway.revocations import WHOLE_EVERY_SECONDS, Revocations
from services.kernel.contract import Unavailable


PERSON, OTHER = UUID(int=1), UUID(int=2)


class Identity:
    """A list of revocations that grows, in pages of two, with a clock that is set by hand."""

    def __init__(self) -> None:
        self.revoked: list[tuple[UUID, int]] = []
        self.asked: list[str | None] = []
        self.is_away = False
        self.seconds = 1000.0

    def fetch(self, cursor: str | None) -> dict[str, Any]:
        self.asked.append(cursor)
        if self.is_away:
            raise Unavailable
        first = int(cursor or 0)
        page = self.revoked[first : first + 2]
        return {
            "items": [{"person_id": str(who), "generation": number} for who, number in page],
            "next_cursor": str(first + len(page)),
            "has_more": first + len(page) < len(self.revoked),
        }

    def revocations(self) -> Revocations:
        return Revocations(self.fetch, lambda: self.seconds)


def test_a_token_of_an_earlier_generation_is_refused_and_a_newer_one_taken() -> None:
    identity = Identity()
    identity.revoked = [(PERSON, 2)]
    revocations = identity.revocations()
    for generation in (0, 1):
        with pytest.raises(SessionRevoked):
            revocations.check(PERSON, generation)
    revocations.check(PERSON, 2)
    revocations.check(PERSON, 3)
    revocations.check(OTHER, 0)
    assert identity.asked == [None], "one reading serves them all"


def test_what_is_revoked_later_is_known_after_the_next_reading() -> None:
    identity = Identity()
    revocations = identity.revocations()
    revocations.check(PERSON, 0)
    identity.revoked = [(OTHER, 1), (PERSON, 1), (PERSON, 2), (OTHER, 2), (PERSON, 1)]
    revocations.refresh()
    with pytest.raises(SessionRevoked):
        revocations.check(PERSON, 1)
    revocations.check(PERSON, 2)
    assert identity.asked == [None, "0", "2", "4"], "every page, and only what is new"


def test_while_identity_is_away_what_is_known_stays_in_force() -> None:
    identity = Identity()
    identity.revoked = [(PERSON, 1)]
    revocations = identity.revocations()
    revocations.refresh()
    identity.is_away = True
    identity.seconds += WHOLE_EVERY_SECONDS + 1
    revocations.refresh()
    with pytest.raises(SessionRevoked):
        revocations.check(PERSON, 0)
    revocations.check(OTHER, 0)


def test_before_the_list_was_read_no_token_is_taken() -> None:
    identity = Identity()
    identity.is_away = True
    revocations = identity.revocations()
    with pytest.raises(Unavailable):
        revocations.check(PERSON, 5)
    identity.is_away = False
    revocations.check(PERSON, 5)


def test_an_answer_that_cannot_be_read_changes_nothing() -> None:
    identity = Identity()
    identity.revoked = [(PERSON, 1)]
    revocations = identity.revocations()
    revocations.refresh()
    revocations.fetch = lambda cursor: {}
    revocations.refresh()
    with pytest.raises(SessionRevoked):
        revocations.check(PERSON, 0)


def test_now_and_then_the_list_is_read_anew_so_that_it_does_not_grow_for_ever() -> None:
    identity = Identity()
    identity.revoked = [(PERSON, 1)]
    revocations = identity.revocations()
    revocations.refresh()
    identity.revoked = [(OTHER, 1)]
    identity.seconds += WHOLE_EVERY_SECONDS + 1
    revocations.refresh()
    revocations.check(PERSON, 0)
    with pytest.raises(SessionRevoked):
        revocations.check(OTHER, 0)


def test_the_age_of_the_list_grows_while_a_reading_hangs_and_is_endless_before_the_first() -> None:
    identity = Identity()
    revocations = identity.revocations()
    name = "timebank_revocations_age_seconds"
    assert REGISTRY.get_sample_value(name) == float("inf")
    revocations.refresh()
    assert REGISTRY.get_sample_value(name) == 0
    identity.seconds += 40
    assert REGISTRY.get_sample_value(name) == 40
    identity.is_away = True
    revocations.refresh()
    assert REGISTRY.get_sample_value(name) == 40
