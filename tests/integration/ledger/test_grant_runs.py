"""Grant runs on a real broker and database: a list of thousands is granted exactly, and once."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import sessionmaker

from services.identity.contract import Role
from services.kernel.bulk import insert_columns, texts
from services.kernel.caller import Call, Caller, RoleIn
from services.kernel.contract import Forbidden, InvalidRequest, NotFound, Unauthenticated
from services.kernel.policy import save_policy
from services.kernel.rpc import RpcClient
from services.kernel.waiting import poll
from services.ledger import domain, storage
from services.ledger.contract import (
    CoinsGranted,
    GrantRunEnded,
    GrantRunFinished,
    InsufficientBudget,
)
from services.ledger.journal import Journal, Submission
from tests.conftest import ROOT, Servers
from tests.integration.conftest import Running, Templates
from tests.integration.ledger.conftest import (
    CITY_OFFICER,
    CLERK,
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
            groups = {
                "membership_id": texts([uuid4() for _ in range(count)]),
                "person_id": columns["person_id"],
                "group_name": [group] * count,
                "is_ended": [False] * count,
            }
            types = {"membership_id": "uuid", "person_id": "uuid", "group_name": "text"}
            types |= {"is_ended": "boolean"}
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


class Replicas:
    """Processes of the ledger on one database, to be started and killed."""

    def __init__(self, running: Running):
        self.runs = Runs(running)
        self.environment = os.environ | {
            "TIMEBANK_AMQP_URI": running.amqp_uri,
            "TIMEBANK_DATABASE_URL": running.url,
            "TIMEBANK_DATA_KEY": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
            "TIMEBANK_METRICS_PORT": "0",
            "TIMEBANK_LOG_LEVEL": "ERROR",
        }
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "services.kernel", "service", "ledger"]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        self.started.append(process)
        return process

    def kill(self) -> None:
        """kill -9 every process, as a machine that loses power would."""
        for process in self.started:
            process.send_signal(signal.SIGKILL)
            process.wait()
        self.started.clear()

    def kill_in_the_middle(self, run: dict[str, Any]) -> int:
        """Kill once more lines are granted than now; how many are granted then."""
        before = self.runs.granted_lines(run)
        poll(lambda: self.runs.granted_lines(run) > before, RUN_SECONDS, pause_seconds=0.002)
        self.kill()
        granted = self.runs.granted_lines(run)
        assert before < granted < PEOPLE, "it was not in the middle"
        return granted


@pytest.fixture
def replicas(
    servers: Servers,
    templates: Templates,
    clean_broker: str,
    rpc_client: RpcClient,
    policy_values: dict[str, Any],
) -> Iterator[Replicas]:
    with templates.database("ledger") as (url, admin_url):
        running = Running("ledger", servers, url, admin_url, rpc_client)
        with running.session() as session:
            save_policy(session, 1, datetime(2022, 6, 1, tzinfo=UTC), policy_values)
        replicas = Replicas(running)
        yield replicas
        replicas.kill()
        running.engine.dispose()


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


def test_a_run_goes_on_in_a_new_process_after_each_kill(replicas: Replicas):
    runs, good = replicas.runs, add_people(replicas.runs.running, PEOPLE)
    replicas.start()
    runs.top_up(PEOPLE * MINUTES + 7)
    run = runs.prepare(sheet(good))
    runs.start(run)
    first = replicas.kill_in_the_middle(run)
    assert len(runs.granted()) == first
    replicas.start()
    replicas.kill_in_the_middle(run)
    replicas.start()
    done = runs.finished(run)
    assert (done["granted_lines"], done["granted_minutes"]) == (PEOPLE, PEOPLE * MINUTES)
    assert runs.granted() == dict.fromkeys(good, MINUTES)
    assert runs.budget() == 7
    assert len(runs.running.recorded(CoinsGranted)) == PEOPLE
    assert len(runs.running.recorded(GrantRunFinished)) == 1


def test_two_processes_share_a_run_and_grant_each_line_once(replicas: Replicas):
    runs, good = replicas.runs, add_people(replicas.runs.running, PEOPLE)
    replicas.start()
    replicas.start()
    runs.top_up(PEOPLE * MINUTES)
    run = runs.prepare(sheet(good))
    runs.start(run)
    runs.finished(run)
    assert runs.granted() == dict.fromkeys(good, MINUTES)
    assert runs.budget() == 0
    assert len(runs.running.recorded(CoinsGranted)) == PEOPLE
    assert len(runs.running.recorded(GrantRunFinished)) == 1


def test_lines_that_a_drained_budget_no_longer_covers_are_refused(replicas: Replicas):
    runs, good = replicas.runs, add_people(replicas.runs.running, PEOPLE)
    (other,) = add_people(runs.running, 1)
    replicas.start()
    runs.top_up(PEOPLE * MINUTES)
    run = runs.prepare(sheet(good))
    runs.start(run)
    before = replicas.kill_in_the_middle(run)
    drained = (PEOPLE - before - 100) * MINUTES - 30
    command = domain.Grant(uuid4(), DISTRICT_OFFICER, other, drained, "a greater need")
    journal = Journal(sessionmaker(runs.running.engine).begin)
    (answer,) = journal.post([Submission(command, Call(datetime.now(UTC)))])
    assert "result" in answer
    replicas.start()
    done = runs.finished(run)
    assert done["granted_lines"] == before + 100
    assert runs.budget() == done["budget_minutes"] == 30
    refused = runs.all_lines(run, state="refused")
    assert len(refused) == PEOPLE - before - 100
    assert {line["refusal"] for line in refused} == {"insufficient_budget"}
    granted = good[: before + 100]
    assert runs.granted() == dict.fromkeys(granted, MINUTES) | {other: drained}


def test_a_mended_list_is_handed_in_again_as_a_whole(runs: Runs):
    good = add_people(runs.running, 5)
    late, later = add_people(runs.running, 2, group=None)
    runs.top_up(1_000)
    run = runs.prepare(sheet([*good, late]) + "nobody,60\n")
    join_group(runs.running, late)
    run = runs.prepare(sheet([*good, late]) + "nobody,60\n")
    assert [each["refusal"] for each in run["refusals"]] == ["invalid_person_id"]
    runs.start(run)
    runs.finished(run)
    join_group(runs.running, later)
    mended = runs.prepare(sheet([*good, late, later]))
    assert mended["run_id"] != run["run_id"]
    assert [each["refusal"] for each in mended["refusals"]] == ["granted_before"] * 6
    runs.start(mended)
    runs.finished(mended)
    assert runs.granted() == dict.fromkeys([*good, late, later], MINUTES)
    july = runs.prepare(sheet([*good, late, later]), reason="special groups, July 2026")
    assert july["refusals"] == []


def join_group(running: Running, person_id: UUID) -> None:
    with running.session() as session:
        storage.save_membership(session, None, person_id, "dementia", False)


def test_two_lists_with_the_same_people_for_the_same_purpose_grant_once(replicas: Replicas):
    runs, good = replicas.runs, add_people(replicas.runs.running, PEOPLE)
    replicas.start()
    replicas.start()
    runs.top_up(2 * PEOPLE * MINUTES)
    lists = [runs.prepare(sheet(order)) for order in (good, good[::-1])]
    for run in lists:
        runs.start(run)
    done = [runs.finished(run) for run in lists]
    assert sum(run["granted_lines"] for run in done) == PEOPLE
    assert sum(run["refused_lines"] for run in done) == PEOPLE
    assert runs.granted() == dict.fromkeys(good, MINUTES)
    assert runs.budget() == PEOPLE * MINUTES


def test_a_run_starts_only_when_the_budget_covers_it_and_says_from_where_not(runs: Runs):
    good = add_people(runs.running, 5)
    runs.top_up(3 * MINUTES)
    run = runs.prepare(sheet(good))
    assert run["insufficient_budget_from_line"] == 5
    with pytest.raises(InsufficientBudget) as refused:
        runs.start(run)
    assert refused.value.fields == {"budget_minutes": 180, "needed_minutes": 300}
    assert runs.show(run)["state"] == "prepared"
    runs.top_up(2 * MINUTES)
    runs.start(run)
    assert runs.finished(run)["granted_lines"] == 5


def test_a_cancelled_run_grants_nothing_more_and_never_starts(runs: Runs):
    good = add_people(runs.running, 3)
    runs.top_up(3 * MINUTES)
    run = runs.prepare(sheet(good))
    assert runs.cancel(run)["state"] == runs.cancel(run)["state"] == "cancelled"
    with pytest.raises(GrantRunEnded):
        runs.start(run)
    again = runs.prepare(sheet(good))
    assert (again["run_id"] == run["run_id"], again["state"]) == (False, "prepared")
    runs.start(again)
    runs.finished(again)
    with pytest.raises(GrantRunEnded):
        runs.cancel(again)
    payload = {"district": DISTRICT, "limit": 1}
    first = runs.running.call("list_grant_runs", payload, CITY_OFFICER, None)
    payload["cursor"] = first["next_cursor"]
    second = runs.running.call("list_grant_runs", payload, DISTRICT_OFFICER, None)
    assert [page["items"][0]["state"] for page in (first, second)] == ["finished", "cancelled"]
    assert second["next_cursor"] is None


def test_cancelled_in_the_middle_what_is_granted_stays_granted(replicas: Replicas):
    runs, good = replicas.runs, add_people(replicas.runs.running, PEOPLE)
    replicas.start()
    runs.top_up(PEOPLE * MINUTES)
    run = runs.prepare(sheet(good))
    runs.start(run)
    poll(lambda: runs.granted_lines(run), RUN_SECONDS, pause_seconds=0.002)
    cancelled = runs.cancel(run)
    assert 0 < cancelled["granted_lines"] < PEOPLE
    assert runs.prepare(sheet(good))["state"] == "cancelled"
    assert runs.show(run)["granted_lines"] == cancelled["granted_lines"]
    assert runs.granted() == dict.fromkeys(good[: cancelled["granted_lines"]], MINUTES)
    assert runs.budget() == (PEOPLE - cancelled["granted_lines"]) * MINUTES


def test_only_officers_of_the_district_run_grants_and_the_city_may_look(runs: Runs):
    csv = sheet(add_people(runs.running, 1))
    strangers = [OTHER_OFFICER, CLERK, Caller(uuid4())]
    for caller in (*strangers, CITY_OFFICER):
        with pytest.raises(Forbidden):
            runs.prepare(csv, by=caller)
    with pytest.raises(Unauthenticated):
        runs.prepare(csv, by=Caller())
    runs.top_up(MINUTES)
    run = runs.prepare(csv)
    for act in (runs.start, runs.cancel):
        for caller in (*strangers, CITY_OFFICER):
            with pytest.raises(Forbidden):
                act(run, by=caller)
        with pytest.raises(NotFound):
            act({"run_id": str(uuid4())})
    for caller in strangers:
        with pytest.raises(Forbidden):
            runs.show(run, by=caller)
        with pytest.raises(Forbidden):
            runs.running.call("list_grant_runs", {"district": DISTRICT}, caller, None)
    assert runs.show(run, by=CITY_OFFICER)["state"] == "prepared"
    with pytest.raises(NotFound):
        runs.show({"run_id": uuid4()})
    for cursor in ("nonsense", "WyJhIl0", "W3RydWVd", "W10"):
        with pytest.raises(InvalidRequest):
            runs.show(run, cursor=cursor)
        with pytest.raises(InvalidRequest):
            payload = {"district": DISTRICT, "cursor": cursor}
            runs.running.call("list_grant_runs", payload, DISTRICT_OFFICER, None)


def refused(begin: Callable[..., Any], statement: str, saying: str) -> None:
    with pytest.raises(DBAPIError) as caught, begin() as session:
        session.execute(text(statement))
    assert saying in str(caught.value.orig)


def test_the_database_keeps_a_run_and_its_lines_whoever_asks(runs: Runs):
    good = add_people(runs.running, 2)
    runs.top_up(2 * MINUTES)
    run = runs.prepare(sheet(good) + "nobody,1\n")
    engine = create_engine(runs.running.admin_url)
    admin = sessionmaker(engine).begin
    grant = "update grant_run_lines set state = 'granted', transfer_id = "
    unposted = "gen_random_uuid() where state = 'accepted' and line = 2"
    refused(admin, grant + unposted, "is accepted already")
    refused(admin, "update grant_runs set lines = 7", "keeps what was prepared")
    refused(admin, "update grant_runs set state = 'finished'", "does not become")
    own = runs.running.session
    refused(own, "update grant_run_lines set minutes = 1", "permission denied")
    refused(own, "update grant_runs set reason = ''", "permission denied")
    runs.start(run)
    runs.finished(run)
    refused(admin, "update grant_run_lines set state = 'accepted', refusal = null", "already")
    refused(admin, "update grant_runs set state = 'running'", "does not become")
    for table in ("grant_runs", "grant_run_lines"):
        refused(admin, f"delete from {table}", "never changed")
        refused(admin, f"truncate {table} cascade", "never changed")
    copied = (
        "insert into grant_run_lines select run_id, line + 10, purpose_id, {person}, minutes,"
        " reason, state, refusal, {transfer} from grant_run_lines where line = 2"
    )
    for person, transfer, rule in (
        ("person_id", "gen_random_uuid()", "grant_run_lines_person_once"),
        ("gen_random_uuid()", "transfer_id", "transfer_id_key"),
        ("gen_random_uuid()", "gen_random_uuid()", "transfer_id_fkey"),
    ):
        refused(admin, copied.format(person=person, transfer=transfer), rule)
    engine.dispose()
