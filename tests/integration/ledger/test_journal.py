"""Batches: decided one by one, written as one, each command once, whoever posts it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventlet import GreenPool
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.kernel.caller import Call
from services.kernel.contract import IdempotencyConflict
from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import (
    Account,
    Grant,
    Outcome,
    PlaceHold,
    ReleaseHold,
    TopUp,
    TransferKind,
)
from services.ledger.journal import Journal, Submission
from tests.integration.ledger.conftest import (
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    NOW,
    Books,
    post,
)


AS_USED = "f" * 64
PERSON = UUID(int=7)
BUDGET = domain.budget(DISTRICT)


@dataclass(frozen=True)
class Moving:
    """A command that moves what it is told, without asking what the rules of any say."""

    out_of: Account
    into: Account
    minutes: int
    reference: UUID = field(default_factory=uuid4)
    lie: bool = False

    def wants(self, books: domain.Books) -> Iterable[domain.Want]:
        return ()

    def accounts(self, books: domain.Books) -> Iterable[Account]:
        return self.out_of, self.into

    def decide(self, books: domain.Books, policy: Any, now: datetime) -> Outcome:
        if self.lie:
            # It decides on another balance than there is.
            books._balances[self.out_of] = books.balance(self.out_of) + self.minutes
        moved = {self.out_of: self.minutes}, {self.into: self.minutes}
        transfer = domain.move(TransferKind.TRANSFER, self.reference, *moved)
        return Outcome((transfer,), answer={"minutes": self.minutes})


class Broken(Moving):
    """A command with a bug."""

    def decide(self, books: domain.Books, policy: Any, now: datetime) -> Outcome:
        raise RuntimeError("a bug")


@pytest.fixture
def journal(books: Books, policy_values: dict[str, Any]) -> Journal:
    with books.begin() as session:
        books.admit(session, PERSON, policy_values)
    return Journal(books.begin)


def top_up(minutes: int = 60) -> TopUp:
    return TopUp(uuid4(), CITY_OFFICER, DISTRICT, minutes, "2026 budget")


def grant(minutes: int) -> Grant:
    return Grant(uuid4(), DISTRICT_OFFICER, PERSON, minutes, "dementia")


def asked(command: domain.Command, key: str | None = None, mark: str = AS_USED) -> Submission:
    return Submission(command, Call(NOW, CITY_OFFICER, key=key or str(uuid4())), mark)


def budget(books: Books) -> int:
    with books.begin() as session:
        return storage.balance_of(session, BUDGET) or 0


def blocks(books: Books) -> int:
    with books.begin() as session:
        return session.scalar(text("select count(*) from blocks"))


def code(answer: Any) -> str:
    return answer["error"]["code"]


def test_what_is_posted_together_is_one_block_and_each_gets_its_own_answer(
    books: Books, journal: Journal
):
    answers = journal.post([asked(top_up(minutes)) for minutes in (60, 120, 180)])
    assert [answer["result"]["minutes"] for answer in answers] == [60, 180, 360]
    assert (budget(books), blocks(books)) == (360, 1)


def test_a_refusal_in_a_batch_touches_no_other_and_each_sees_those_before_it(
    books: Books, journal: Journal
):
    books_asked = [grant(100), top_up(60), grant(61), top_up(60), grant(61)]
    first, second, third, fourth, fifth = journal.post([asked(each) for each in books_asked])
    assert (code(first), code(third)) == ("not_in_special_group",) * 2
    assert [each["result"]["minutes"] for each in (second, fourth)] == [60, 120]
    assert code(fifth) == "not_in_special_group"
    assert budget(books) == 120


@pytest.mark.parametrize("size", [1, 5])
def test_a_bug_or_a_lie_in_a_batch_fails_alone(books: Books, journal: Journal, size: int):
    wallet = domain.wallet(PERSON, Provenance.EARNED)
    broken = Broken(domain.issuance(), BUDGET, 60)
    lying = Moving(wallet, BUDGET, 60, lie=True)
    good = [asked(top_up()) for _ in range(size)]
    answers = journal.post([*good, asked(broken), asked(lying), *good])
    assert isinstance(answers[size], RuntimeError)
    assert isinstance(answers[size + 1], Exception)
    assert answers[:size] == answers[size + 2 :]
    assert budget(books) == size * 60


def test_a_repeat_gets_the_first_answer_and_moves_nothing(books: Books, journal: Journal):
    (first,) = journal.post([asked(top_up(), "key")])
    together = journal.post(
        [asked(top_up(), "key"), asked(top_up(), "other"), asked(top_up(), "key")]
    )
    assert together[0] == together[2] == first
    assert together[1]["result"]["minutes"] == 120
    assert Journal(books.begin).post([asked(top_up(), "key")]) == [first]
    assert budget(books) == 120


def test_a_key_with_another_body_is_refused_also_within_one_batch(books: Books, journal: Journal):
    first, second = journal.post([asked(top_up(), "key"), asked(top_up(90), "key", "e" * 64)])
    (third,) = journal.post([asked(top_up(90), "key", "e" * 64)])
    assert first["result"]["minutes"] == 60
    assert isinstance(second, IdempotencyConflict)
    assert isinstance(third, IdempotencyConflict)
    assert budget(books) == 60


def test_a_refusal_is_an_answer_for_good_even_when_it_would_be_granted_later(
    books: Books, journal: Journal
):
    again = Moving(BUDGET, domain.wallet(PERSON, Provenance.GRANTED), 60)
    refused = grant(60)
    first = journal.post([asked(refused, "grant")])
    with books.begin() as session:
        storage.save_membership(session, None, PERSON, "dementia", False)
    journal.post([asked(top_up()), asked(again)])
    assert journal.post([asked(refused, "grant")]) == first
    assert budget(books) == 0


def test_an_event_that_is_refused_leaves_no_trace_and_is_handled_when_it_can_be(
    books: Books, journal: Journal
):
    earned = domain.wallet(PERSON, Provenance.EARNED)
    moving = Moving(BUDGET, earned, 60)
    told = Submission(moving, Call(NOW), handler="pay_volunteer", event_id=uuid4())
    assert isinstance(journal.post([told])[0], Exception)
    journal.post([asked(top_up())])
    assert journal.post([told]) == [{"result": {"minutes": 60}}]
    journal.post([told, told])
    with books.begin() as session:
        assert storage.balance_of(session, earned) == 60


def test_of_sixteen_processes_with_one_key_one_posts_and_all_answer_the_same(
    books: Books, journal: Journal
):
    def post_twice(_: int) -> list[Any]:
        return Journal(books.begin).post([asked(top_up(), "key"), asked(top_up())])

    answers = list(GreenPool(16).imap(post_twice, range(16)))
    assert len({str(first) for first, _ in answers}) == 1
    assert budget(books) == 17 * 60


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 40)), max_size=12
    ),
    cuts=st.sets(st.integers(0, 12)),
)
def test_however_commands_are_cut_into_batches_the_same_is_granted_and_refused(
    books: Books, journal: Journal, moves: Sequence[tuple[int, int, int]], cuts: set[int]
):
    """What a batch decides is what its commands decide one after another."""

    def outcome(batches: Sequence[Sequence[Moving]], owners: Sequence[Account]) -> Any:
        answers = [answer for batch in batches for answer in journal.post(list(map(asked, batch)))]
        with books.begin() as session:
            left = [storage.balance_of(session, owner) or 0 for owner in owners]
        return [isinstance(answer, dict) for answer in answers], left

    def story() -> tuple[list[Account], list[Moving]]:
        owners = [domain.wallet(uuid4(), Provenance.EARNED) for _ in range(3)]
        with books.begin() as session:
            for owner in owners:
                post(
                    session,
                    domain.move(
                        TransferKind.TRANSFER, uuid4(), {domain.issuance(): 50}, {owner: 50}
                    ),
                )
        return owners, [Moving(owners[a], owners[b], minutes) for a, b, minutes in moves if a != b]

    owners, commands = story()
    one_by_one = outcome([[each] for each in commands], owners)
    owners, commands = story()
    edges = sorted({0, len(commands)} | {cut for cut in cuts if cut < len(commands)})
    batches = [commands[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    assert outcome(batches, owners) == one_by_one


def test_a_release_that_names_somebody_else_gives_back_to_whose_coins_were_held(
    books: Books, journal: Journal
):
    request_id = uuid4()
    with books.begin() as session:
        books.fund(session, PERSON, 60, Provenance.GIFTED)
    hold = PlaceHold(uuid4(), request_id, PERSON, DISTRICT, 60)
    release = ReleaseHold(uuid4(), request_id, uuid4(), DISTRICT)
    for command in (hold, release):
        told = Submission(command, Call(NOW), handler="test", event_id=uuid4())
        assert isinstance(journal.post([told])[0], dict)
    with books.begin() as session:
        assert storage.balance_of(session, domain.wallet(PERSON, Provenance.GIFTED)) == 60
