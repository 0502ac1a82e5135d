"""Grant runs on a real broker and database: a list of thousands is granted exactly, and once."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.identity.contract import Role
from services.kernel.bulk import insert_columns, texts
from services.kernel.caller import Caller, RoleIn
from services.ledger.contract import (
    CoinsGranted,
    GrantRunFinished,
)
from tests.integration.conftest import Running
from tests.integration.ledger.conftest import (
    CITY_OFFICER,
    DISTRICT,
    DISTRICT_OFFICER,
    STREET,
    Ledger,
)


PEOPLE = 3_000
MINUTES = 60
REASON = "special groups, June 2026"
OTHER_DISTRICT = "110101"
OTHER_OFFICER = Caller(uuid4(), (RoleIn(Role.DISTRICT_OFFICER, OTHER_DISTRICT),))
RUN_SECONDS = 60


def add_people(
    running: Running, count: int, street: str = STREET, group: str | None = "dementia"
) -> list[UUID]:
    """People as identity's events would have made them, in bulk."""
    ids = [uuid4() for _ in range(count)]
    types = {"person_id": "uuid", "birth_date": "text", "street": "text", "district": "text"}
    columns: dict[str, Sequence[Any]] = {
        "person_id": texts(ids),
        "birth_date": [date(1940, 1, 1)] * count,
        "street": [street] * count,
        "district": [street[:6]] * count,
    }
    types |= {"birth_date": "date", "sequence": "bigint"}
    columns |= {"sequence": [1] * count}
    with running.session() as session:
        insert_columns(session, "people", types, columns)
        if group:
            groups = {"person_id": columns["person_id"], "group_name": [group] * count}
            types = {"person_id": "uuid", "group_name": "text"}
            insert_columns(session, "special_groups", types, groups)
    return ids


def sheet(ids: Sequence[Any], minutes: Any = MINUTES) -> str:
    return "person_id,minutes\r\n" + "".join(f"{each},{minutes}\r\n" for each in ids)


class Runs:
    """Grant runs of one ledger, asked for over its broker."""

    def __init__(self, running: Running):
        self.running = running

    def top_up(self, minutes: int) -> None:
        payload = {"district": DISTRICT, "minutes": minutes, "reason": "2026 budget"}
        self.running.call("top_up_budget", payload, CITY_OFFICER)

    def prepare(self, csv: str, by: Caller = DISTRICT_OFFICER, reason: str = REASON, **options):
        payload = {"district": DISTRICT, "csv": csv, "reason": reason}
        return self.running.call("prepare_grant_run", payload, by, **options)

    def start(self, run: dict[str, Any], by: Caller = DISTRICT_OFFICER):
        return self.running.call("start_grant_run", {"run_id": run["run_id"]}, by)

    def cancel(self, run: dict[str, Any], by: Caller = DISTRICT_OFFICER):
        return self.running.call("cancel_grant_run", {"run_id": run["run_id"]}, by)

    def show(self, run: dict[str, Any], by: Caller = DISTRICT_OFFICER, **wanted):
        return self.running.call("show_grant_run", {"run_id": run["run_id"], **wanted}, by, None)

    def all_lines(self, run: dict[str, Any], **wanted) -> list[dict[str, Any]]:
        lines, cursor = [], None
        while True:
            page = self.show(run, limit=500, cursor=cursor, **wanted)
            lines += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return lines

    def finished(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run once it is finished."""

        def look():
            shown = self.show(run, limit=1)
            return shown if shown["state"] == "finished" else None

        return self.running.eventually(look, RUN_SECONDS)

    def budget(self) -> int:
        payload = {"district": DISTRICT}
        return self.running.call("show_budget", payload, DISTRICT_OFFICER, None)["minutes"]

    def granted(self) -> dict[UUID, int]:
        """What each person has in granted coins, of those who have any."""
        with self.running.session() as session:
            rows = session.execute(
                text(
                    "select owner_id, balance from accounts where kind = 'wallet'"
                    " and provenance = 'granted' and balance > 0"
                )
            )
            return {row.owner_id: row.balance for row in rows}

    def granted_lines(self, run: dict[str, Any]) -> int:
        with self.running.session() as session:
            return session.scalar(
                text("select granted_lines from grant_runs where run_id = :id"),
                {"id": UUID(run["run_id"])},
            )


@pytest.fixture
def runs(ledger: Ledger) -> Runs:
    return Runs(ledger.running)


def test_s16_a_list_of_thousands_grants_exactly_those_whom_the_dry_run_accepted(runs: Runs):
    good = add_people(runs.running, PEOPLE)
    plain = add_people(runs.running, 1, group=None)[0]
    elsewhere = add_people(runs.running, 1, street=OTHER_DISTRICT + "001")[0]
    closed, unknown = add_people(runs.running, 1)[0], uuid4()
    close(runs.running, closed)
    runs.top_up(PEOPLE * MINUTES)
    bad = {
        f"{plain},60": "not_in_special_group",
        f"{elsewhere},60": "forbidden",
        f"{closed},60": "wallet_closed",
        f"{unknown},60": "no_wallet",
        f"{uuid4()},0": "invalid_minutes",
        f"{good[0]},60": "duplicate_person",
        "nobody,60": "invalid_person_id",
        f"{uuid4()},60,more,cells": "invalid_line",
    }
    csv = sheet(good) + "".join(f"{line}\r\n" for line in bad)

    dry = runs.prepare(csv)
    assert [(each["line"], each["refusal"]) for each in dry["refusals"]] == [
        (PEOPLE + 2 + place, refusal) for place, refusal in enumerate(bad.values())
    ]
    assert (dry["state"], dry["lines"], dry["prepared_before"]) == ("prepared", 3008, False)
    assert (dry["accepted_lines"], dry["total_minutes"]) == (PEOPLE, PEOPLE * MINUTES)
    assert (dry["budget_minutes"], dry["insufficient_budget_from_line"]) == (180_000, None)
    assert (runs.granted(), runs.budget()) == ({}, PEOPLE * MINUTES)

    again = runs.prepare("\ufeff" + csv.replace("\r\n", "\n"))
    assert (again["run_id"], again["prepared_before"]) == (dry["run_id"], True)
    assert again["refusals"] == dry["refusals"]

    assert runs.start(dry)["state"] == "running"
    runs.start(dry)
    done = runs.finished(dry)
    assert (done["granted_lines"], done["refused_lines"]) == (PEOPLE, len(bad))
    assert runs.granted() == dict.fromkeys(good, MINUTES)
    assert runs.budget() == 0
    runs.start(dry)
    assert runs.prepare(csv)["state"] == "finished"
    told = runs.running.recorded(CoinsGranted)
    assert {UUID(each["person_id"]) for each in told} == set(good)
    assert len(told) == PEOPLE
    (finished,) = runs.running.recorded(GrantRunFinished)
    assert (finished["granted_lines"], finished["granted_minutes"]) == (PEOPLE, PEOPLE * MINUTES)
    lines = runs.all_lines(dry)
    assert [line["line"] for line in lines] == list(range(2, 3010))
    assert len({line["transfer_id"] for line in lines}) == PEOPLE + 1
    assert len(runs.all_lines(dry, state="refused")) == len(bad)


def close(running: Running, person_id: UUID) -> None:
    with running.session() as session:
        session.execute(
            text("insert into wallet_states values (:person, 'closed', 'moved', :by, now())"),
            {"person": person_id, "by": uuid4()},
        )
