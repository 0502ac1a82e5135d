"""What may be asked about the past: statements, proofs, explanations, supply and solvency."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kernel.calendar import city_date
from services.kernel.caller import Caller
from services.kernel.contract import Forbidden, InvalidRequest, NotFound
from services.ledger import verifier
from services.ledger.contract import CoinsEarned
from services.ledger.domain import TransferKind
from services.ledger.domain.transfers import transfer_id_of
from tests.integration.ledger.conftest import (
    BORN_ADULT,
    CITY_OFFICER,
    CLERK,
    DISTRICT,
    DISTRICT_OFFICER,
    Ledger,
)


@pytest.fixture
def served(ledger: Ledger) -> tuple[Ledger, Caller, Caller, dict[str, Any]]:
    """An elder with granted coins, a volunteer who was paid 95 of 120 minutes; the paid event."""
    elder, volunteer = ledger.granted_elder(600), ledger.verify(BORN_ADULT)
    ledger.visit(ledger.held(elder, 120), volunteer, 95)
    (earned,) = ledger.eventually(lambda: ledger.recorded(CoinsEarned))
    return ledger, elder, volunteer, earned


def ask(ledger: Ledger, operation: str, caller: Caller, **payload: Any) -> dict[str, Any]:
    return ledger.call(operation, payload, caller, key=None)


def today() -> str:
    return city_date(datetime.now(UTC)).isoformat()


def test_a_printed_statement_leads_from_opening_to_closing(served) -> None:
    ledger, elder, _, _ = served
    period = {"from_date": today(), "until_date": today()}
    shown = ask(ledger, "print_statement", elder, person_id=elder.person_id, **period)
    assert (shown["opening_minutes"], shown["closing_minutes"]) == (0, 505)
    assert [line["kind"] for line in shown["items"]] == ["grant", "hold", "release"]
    assert [line["balance_minutes"] for line in shown["items"]] == [600, 480, 505]
    assert shown["name"] == "王芳" and not shown["truncated"]
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    later = ask(
        ledger,
        "print_statement",
        CLERK,
        person_id=elder.person_id,
        from_date=tomorrow,
        until_date=tomorrow,
    )
    assert (later["opening_minutes"], later["closing_minutes"], later["items"]) == (505, 505, [])
    with pytest.raises(InvalidRequest):
        ask(
            ledger,
            "print_statement",
            elder,
            person_id=elder.person_id,
            from_date=tomorrow,
            until_date=today(),
        )


def test_a_wallet_is_shown_as_of_a_time(served) -> None:
    ledger, elder, _, _ = served
    blocks = ask(ledger, "list_blocks", elder)["items"]
    seen = []
    for block in blocks:
        shown = ask(ledger, "show_wallet", elder, person_id=elder.person_id, at=block["at"])
        seen.append((shown["total_minutes"], shown["held_minutes"]))
    assert seen == [(0, 0), (600, 0), (480, 120), (505, 0)]
    before = ask(
        ledger, "show_wallet", elder, person_id=elder.person_id, at="2022-01-01T00:00:00+08:00"
    )
    assert before["total_minutes"] == 0


def test_the_verifier_alone_accepts_what_the_ledger_gives(served, tmp_path) -> None:
    ledger, _, volunteer, _ = served
    saved = ask(ledger, "show_proven_statement", volunteer, person_id=volunteer.person_id)
    headers = ask(ledger, "list_blocks", volunteer)["items"]
    (tmp_path / "statement.json").write_text(json.dumps(saved))
    (tmp_path / "headers.jsonl").write_text("\n".join(json.dumps(each) for each in headers))
    shutil.copy(verifier.__file__, tmp_path / "alone.py")
    command = [sys.executable, "-I", "-S", "alone.py", "statement.json"]
    command += ["--headers", "headers.jsonl", "--person", str(volunteer.person_id)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    saved["proofs"][0]["transfer"]["entries"][0]["amount"] += 1
    (tmp_path / "statement.json").write_text(json.dumps(saved))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1


def test_a_proof_is_for_those_whom_the_transfer_concerns(served) -> None:
    ledger, _, volunteer, earned = served
    transfer_id = earned["transfer_id"]
    proof = ask(ledger, "show_transfer_proof", volunteer, transfer_id=transfer_id)
    verifier.check_proof(proof)
    for caller in (CLERK, DISTRICT_OFFICER, CITY_OFFICER):
        assert ask(ledger, "show_transfer_proof", caller, transfer_id=transfer_id) == proof
    with pytest.raises(Forbidden):
        ask(ledger, "show_transfer_proof", Caller(uuid4()), transfer_id=transfer_id)
    with pytest.raises(NotFound):
        ask(ledger, "show_transfer_proof", CITY_OFFICER, transfer_id=uuid4())


def test_each_earned_coin_leads_back_to_its_visit_and_policy(served) -> None:
    ledger, _, volunteer, earned = served
    shown = ask(ledger, "list_earnings", volunteer, person_id=volunteer.person_id)
    (line,) = shown["items"]
    assert (line["visit_id"], line["policy_version"]) == (earned["visit_id"], 1)
    assert (line["minutes"], line["left_minutes"], shown["earned_minutes"]) == (95, 95, 95)
    why = ask(ledger, "explain_transfer", volunteer, transfer_id=earned["transfer_id"])
    assert (why["kind"], why["reference"]) == ("post", earned["visit_id"])
    assert (why["hold"]["granted_minutes"], why["hold"]["posted_minutes"]) == (120, 95)
    assert why["zh"] == "服务入账95分钟，依据第1版政策"
    assert why["en"] == "95 minutes were earned by a visit, by version 1 of the policy"
    said = [step["en"] for step in why["steps"]]
    assert "95 minutes into the coin account (earned)" in said
    assert {"120 minutes were held", "the visit took 95 minutes"} <= set(said)
    points = transfer_id_of(TransferKind.POINTS_AWARD, UUID(earned["visit_id"]))
    why = ask(ledger, "explain_transfer", volunteer, transfer_id=points)
    assert (why["kind"], why["policy_version"]) == ("points_award", 1)
    assert why["steps"][-1]["rule"] == "points.a_minute"
    assert why["steps"][-1]["zh"] == "每服务1分钟得1积分，95分钟得95积分"


def test_the_supply_is_found_whole_in_the_accounts(served) -> None:
    ledger, _, _, _ = served
    shown = ask(ledger, "show_supply", CITY_OFFICER)
    assert shown["supply_minutes"] == ledger.trial_balance()["supply_minutes"] == 600
    found = {(line["kind"], line["provenance"]): line["minutes"] for line in shown["items"]}
    assert found == {("wallet", "granted"): 505, ("wallet", "earned"): 95}
    assert {line["district"] for line in shown["items"]} == {DISTRICT}
    with pytest.raises(Forbidden):
        ask(ledger, "show_supply", DISTRICT_OFFICER)


def test_the_solvency_board_sets_service_against_what_may_be_redeemed(served) -> None:
    ledger, _, _, _ = served
    shown = ask(ledger, "show_solvency", DISTRICT_OFFICER, district=DISTRICT)
    assert shown["outstanding_minutes"] == 600
    assert [band["minutes"] for band in shown["bands"]] == [95, 0, 0, 505]
    assert (shown["supplied_30_days"], shown["expected_minutes"]) == (95, 95 * 365 // 90)
    assert shown["redeemable_minutes"] == 505
    assert shown["cover_percent"] == 100 * (95 * 365 // 90) // 505
    assert ask(ledger, "show_solvency", CITY_OFFICER)["outstanding_minutes"] == 600
    with pytest.raises(Forbidden):
        ask(ledger, "show_solvency", DISTRICT_OFFICER)
