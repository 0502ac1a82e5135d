"""The audit finds whatever was changed behind the ledger's back, and names it."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text

from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import CITY_AREA
from services.kernel.database import make_engine
from services.kernel.policy import save_policy
from services.ledger import domain, storage
from services.ledger.audit import audit
from services.ledger.contract import Provenance
from services.ledger.domain import PayVisit, PlaceHold, ReleaseHold, TopUp
from services.ledger.journal import Journal, Submission
from tests.conftest import ROOT
from tests.integration.conftest import Templates
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    BORN_ELDER,
    CITY_OFFICER,
    DISTRICT,
    NOW,
    STREET,
    post,
)


ELDER, VOLUNTEER = uuid4(), uuid4()
CHECKS = (("transfers", "transfers_named_by_cause"), ("holds", "holds_accounted_for"))


class History:
    """A ledger of some blocks: coins, a visit paid, a hold that is open, one given back."""

    def __init__(self, url: str, admin_url: str):
        self.url = url
        self.engine = make_engine(url, 4)
        self.admin = create_engine(admin_url)

    def make(self, policy_values: dict[str, Any]) -> None:
        with self.engine.begin() as session:
            save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
            for person, born in ((ELDER, BORN_ELDER), (VOLUNTEER, BORN_ADULT)):
                storage.save_person(session, person, "王芳", born, STREET, 1)
                storage.open_accounts(session, domain.wallets(person).values())
        with self.engine.begin() as session:
            into = {domain.wallet(ELDER, Provenance.GRANTED): 600}
            kind = domain.TransferKind.BUDGET_TOP_UP
            post(session, domain.move(kind, uuid4(), {domain.issuance(): 600}, into))
        paid, placed, returned = uuid4(), uuid4(), uuid4()
        for request_id in (paid, placed, returned):
            self.do(PlaceHold(uuid4(), request_id, ELDER, DISTRICT, 60))
        self.do(PayVisit(uuid4(), paid, VOLUNTEER, DISTRICT, 45, 1))
        self.do(ReleaseHold(uuid4(), returned, ELDER, DISTRICT))
        self.do(TopUp(uuid4(), CITY_OFFICER, DISTRICT, 100, "budget"))

    def do(self, command: Any) -> None:
        submission = Submission(command, Call(NOW), handler="test", event_id=uuid4())
        (answer,) = Journal(self.engine.begin).post([submission])
        assert isinstance(answer, dict), answer

    def tamper(self, statements: str) -> None:
        """As somebody with all rights on the server would, with triggers and checks off."""
        with self.admin.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            for table, rule in CHECKS:
                connection.execute(text(f"alter table {table} drop constraint {rule}"))
            for statement in statements.split(";"):
                connection.execute(text(statement))


@pytest.fixture
def history(templates: Templates, policy_values: dict[str, Any]):
    with templates.database("ledger") as (url, admin_url):
        made = History(url, admin_url)
        made.make(policy_values)
        yield made
        made.engine.dispose()
        made.admin.dispose()


def test_a_ledger_as_it_was_posted_is_clean(history: History) -> None:
    steps = []
    verdict = audit(history.engine, lambda *step: steps.append(step))
    assert verdict.is_clean, verdict.difference
    assert (verdict.height, verdict.transfers) == (7, 9)
    assert steps[-1][0] == "accounts" and steps[-1][1] == steps[-1][2]
    assert audit(history.engine).is_clean
    with history.engine.connect() as connection:
        sums = {each.unit: (each.total, each.supply) for each in storage.unit_sums(connection)}
    assert sums == {"minutes": (0, 700), "points": (0, 45)}


CHANGES = [
    ("update entries set amount = amount + 1 where transfer_number = 5", "transfer 5: sum"),
    (
        "update entries set amount = amount * 2 where transfer_number = 5",
        "block 5: its transfers 5 to 7 make Merkle root",
    ),
    ("update transfers set reason = 'a gift' where number = 3", "block 3: its transfers 3 to 3"),
    ("update transfers set at = at + interval '1 day' where number = 4", "block 4: its transfers"),
    ("update transfers set reference = gen_random_uuid() where number = 2", "transfer 2: id"),
    (
        "update accounts set balance = balance + 60 where kind = 'wallet' and balance = 45",
        "balance: expected 45, found 105",
    ),
    (
        "update holds set state = 'released', released_minutes = 60 where state = 'placed'",
        "it is released with 60 minutes, its escrow took 60, paid 0, gave back 0 and has 60",
    ),
    ("update holds set posted_minutes = 46 where state = 'posted'", "it is posted with 60"),
    (
        "delete from transfers where number = 6; delete from entries where transfer_number = 6",
        "block 5: next transfer: expected 6, found 7",
    ),
    ("delete from transfers where number = 6", "transfer 6: it has entries and does not exist"),
    ("delete from entries where transfer_number = 9", "transfer 9: it has 0 entries"),
    (
        "update blocks b set merkle_root = o.merkle_root from blocks o"
        " where b.height in (2, 3) and o.height in (2, 3) and b.height <> o.height",
        "block 2: hash",
    ),
    ("update blocks set hash = sha256('x') where height = 4", "block 4: hash"),
    ("delete from blocks where height = 3", "block 4: height: expected 3, found 4"),
    (
        "insert into transfers (number, transfer_id, kind, at, reference)"
        " values (10, gen_random_uuid(), 'gift', now(), gen_random_uuid())",
        "transfer 10: it is in no block",
    ),
    (
        "insert into entries select account_id, 10, 5, balance + 5 from accounts"
        " where kind = 'wallet' limit 2",
        "transfer 10: it has entries and does not exist",
    ),
    ("delete from accounts where kind = 'points'", "does not exist"),
]


@pytest.mark.parametrize(("statements", "words"), CHANGES)
def test_what_is_changed_with_triggers_off_is_found_and_named(
    history: History, statements: str, words: str
) -> None:
    history.tamper(statements)
    verdict = audit(history.engine)
    assert verdict.difference is not None
    assert words in verdict.difference


def test_a_chain_that_was_cut_short_is_noticed_by_the_next_audit(history: History) -> None:
    assert audit(history.engine).is_clean
    history.tamper(
        "delete from entries where transfer_number = 9; delete from transfers where number = 9;"
        "delete from blocks where height = 7;"
        "update accounts set balance = 0 where kind = 'budget';"
        "update accounts set balance = -600 where kind = 'issuance'"
    )
    verdict = audit(history.engine)
    assert verdict.difference == "block 7: an earlier audit saw it, now it is missing"


def test_the_command_says_what_it_found_and_ends_accordingly(history: History) -> None:
    done = run(history.engine, history.url)
    assert done.returncode == 0
    assert "All is well: 7 blocks, 9 transfers" in done.stdout
    assert "100 %" in done.stderr
    history.tamper("update transfers set reason = 'forged' where number = 3")
    done = run(history.engine, history.url, "--json")
    assert done.returncode == 1
    assert "transfers 3 to 3" in json.loads(done.stdout)["difference"]


def run(engine: Engine, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.ledger", "audit", *arguments]
    environment = os.environ | {"TIMEBANK_DATABASE_URL": url}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)


def test_the_ledgers_own_login_cannot_rewrite_what_audits_found(history: History) -> None:
    audit(history.engine)
    with pytest.raises(Exception, match="permission denied"), history.engine.begin() as session:
        session.execute(text("update audits set difference = null"))


def test_a_city_officer_and_an_operator_see_the_audits(ledger) -> None:
    operator = Caller(uuid4(), (RoleIn("operator", CITY_AREA),))
    assert ledger.call("list_audits", {}, operator, key=None) == {"items": []}
