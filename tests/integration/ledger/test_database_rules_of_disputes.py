"""The database itself refuses that a dispute's coins are set aside or set free twice, in SQL."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.ledger import domain, storage
from services.ledger.contract import Provenance
from services.ledger.domain import DISPUTE_MOVES, DisputeState, Hold, HoldState, TransferKind
from services.ledger.storage.disputes import save_disputes
from tests.integration.ledger.conftest import DISTRICT, Books, post


ELDER, VOLUNTEER, VISIT, DISPUTE, REQUEST = (uuid4() for _ in range(5))
EARNED, ASIDE = domain.wallet(VOLUNTEER, Provenance.EARNED), domain.dispute_account(DISPUTE)
PAID = 60
NEW = f"""insert into disputes (dispute_id, visit_id, request_id, volunteer_id, district, freezes,
    state, paid_minutes, frozen_minutes, returned_minutes, released_minutes, corrected_minutes)
    values ('{{}}', '{VISIT}', '{REQUEST}', '{VOLUNTEER}', '{DISTRICT}', {{}}, '{{}}',
    {{}}, {{}}, {{}}, {{}}, 0)"""
SET = f"update disputes set {{}} where dispute_id = '{DISPUTE}'"


def refused(begin: Callable[..., Any], saying: str, *statements: str) -> None:
    with pytest.raises(DBAPIError) as caught, begin() as session:
        for statement in statements:
            session.execute(text(statement))
    assert saying in said(caught)


def said(caught: Any) -> str:
    """The words of the refusal, and the name of the rule."""
    error = caught.value.orig
    return f"{error} {error.diag.constraint_name}"


def moving(
    kind: TransferKind, out_of: domain.Account, into: domain.Account, minutes: int, hold_id: UUID
) -> domain.Transfer:
    return domain.move(kind, DISPUTE, {out_of: minutes}, {into: minutes}, hold_id=hold_id)


@pytest.fixture
def frozen(books: Books) -> Books:
    """A dispute that has a visit's coins on its account."""
    shares = dict.fromkeys(Provenance, 0) | {Provenance.GRANTED: PAID}
    with books.begin() as session:
        hold = Hold(uuid4(), REQUEST, ELDER, DISTRICT, shares)
        storage.save_holds(session, [hold])
        books.fund(session, VOLUNTEER, PAID, Provenance.EARNED)
        books.hold = replace(
            hold, state=HoldState.POSTED, posted_minutes=PAID, released_minutes=0, visit_id=VISIT
        )
        storage.save_holds(session, [books.hold])
        names = DISPUTE, VISIT, REQUEST, VOLUNTEER, DISTRICT
        dispute = domain.Dispute(
            *names, state=DisputeState.FROZEN, paid_minutes=PAID, frozen_minutes=PAID
        )
        save_disputes(session, [domain.Disputes(VISIT, (dispute,))])
        post(session, moving(TransferKind.DISPUTE_FREEZE, EARNED, ASIDE, PAID, hold.hold_id))
    return books


@pytest.mark.parametrize("login", ["begin", "begin_as_admin"])
def test_a_dispute_cannot_be_said_to_be_settled_while_its_account_has_coins(
    frozen: Books, login: str
) -> None:
    settled = SET.format(f"state = 'settled', returned_minutes = {PAID}")
    refused(getattr(frozen, login), f"its account has {PAID}", settled)


def test_a_disputes_coins_cannot_go_while_it_is_said_to_be_frozen(frozen: Books) -> None:
    with pytest.raises(DBAPIError) as caught, frozen.begin() as session:
        kind = TransferKind.DISPUTE_RELEASE
        post(session, moving(kind, ASIDE, EARNED, PAID, frozen.hold.hold_id))
    assert "its account has 0" in said(caught)


def test_coins_cannot_be_set_aside_without_a_dispute(frozen: Books) -> None:
    nobodys = domain.dispute_account(uuid4())
    with pytest.raises(DBAPIError) as caught, frozen.begin() as session:
        kind, hold_id = TransferKind.DISPUTE_FREEZE, frozen.hold.hold_id
        post(session, domain.move(kind, uuid4(), {ASIDE: 1}, {nobodys: 1}, hold_id=hold_id))
    assert "disputes_have_their_coins" in said(caught)


def test_a_disputes_account_is_emptied_exactly_once(frozen: Books) -> None:
    free = moving(TransferKind.DISPUTE_RELEASE, ASIDE, EARNED, PAID, frozen.hold.hold_id)
    settled = SET.format(f"state = 'settled', released_minutes = {PAID}")
    with frozen.begin() as session:
        session.execute(text(settled))
        post(session, free)
    for again in (
        SET.format("state = 'frozen', released_minutes = 0"),
        SET.format(f"returned_minutes = {PAID}, released_minutes = 0"),
        SET.format("corrected_minutes = 30"),
    ):
        refused(frozen.begin, "disputes_settled_once", again)
    freeze = moving(TransferKind.DISPUTE_FREEZE, EARNED, ASIDE, PAID, frozen.hold.hold_id)
    with pytest.raises(DBAPIError) as caught, frozen.begin() as session:
        post(session, freeze)
    assert "transfers_transfer_id_key" in said(caught)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("frozen_minutes = 59", "disputes_settled_once"),
        ("volunteer_id = gen_random_uuid()", "disputes_settled_once"),
        ("returned_minutes = 30", "disputes_settled_once"),
        ("state = 'settled', returned_minutes = 30", "disputes_accounted_for"),
        ("state = 'settled', returned_minutes = 90, released_minutes = -30", "disputes_floor"),
        ("state = 'uncorrected', released_minutes = 60", "disputes_refused"),
    ],
)
def test_figures_of_a_dispute_add_up(frozen: Books, change: str, rule: str) -> None:
    with pytest.raises(DBAPIError) as caught, frozen.begin() as session:
        session.execute(text(SET.format(change)))
    assert rule in said(caught)


def test_a_visit_has_one_dispute_at_a_time_with_its_coins(frozen: Books) -> None:
    second = NEW.format(uuid4(), "true", "frozen", PAID, 0, 0, 0)
    refused(frozen.begin, "disputes_freeze_a_visit_once_at_a_time", second)
    beside = NEW.format(uuid4(), "false", "frozen", PAID, 0, 0, 0)
    with frozen.begin() as session:
        session.execute(text(beside))


def test_more_than_was_paid_is_never_frozen(frozen: Books) -> None:
    refused(frozen.begin, "disputes_floor", NEW.format(uuid4(), "true", "settled", 1, 2, 2, 0))


def test_the_database_knows_the_same_moves(books: Books) -> None:
    """Each state to each other, of disputes that have no coins."""
    found = set()
    for state in DisputeState:
        for to in DisputeState:
            dispute = str(uuid4())
            reason = "'insufficient_budget'" if state == "uncorrected" else "null"
            after = "'insufficient_budget'" if to == "uncorrected" else "null"
            with books.begin() as session:
                session.execute(text(NEW.format(dispute, "false", "waiting", 0, 0, 0, 0)))
                if state != "waiting":
                    session.execute(
                        text(
                            f"update disputes set state = '{state}', refused = {reason}"
                            f" where dispute_id = '{dispute}'"
                        )
                    )
            move = (
                f"update disputes set state = '{to}', refused = {after}"
                f" where dispute_id = '{dispute}'"
            )
            try:
                with books.begin() as session:
                    session.execute(text(move))
            except DBAPIError:
                continue
            if state != to:
                found.add((state, to))
    assert found == {(state, to) for state, after in DISPUTE_MOVES.items() for to in after}


def test_disputes_are_never_deleted(frozen: Books) -> None:
    refused(frozen.begin_as_admin, "never changed", "delete from disputes")
    refused(frozen.begin_as_admin, "never changed", "truncate disputes")
