"""A new data key: in steps, killed on the way, while people come, log in and are found."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

from services.identity.bulk import NewPerson, load_people
from services.identity.contract import AlreadyRegistered
from services.identity.rotate_data_key import rotate
from services.identity.storage import people as stored
from services.identity.storage import signing_keys
from services.identity.storage.blind_indexes import ID_NUMBER, PHONE, find_person_id
from services.identity.storage.closings import erase_id_numbers
from services.identity.storage.vault import CannotOpen, Vault
from tests.conftest import ROOT
from tests.integration.conftest import Templates
from tests.unit.identity.numbers import make_id_number


OLD, NEW = b"o" * 32, b"n" * 32
BEFORE, DURING, AFTER = Vault(OLD), Vault(NEW, OLD), Vault(NEW)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
COUNT = 60


class Stop(Exception):
    """The process dies here."""


def number_of(place: int) -> str:
    return make_id_number(date(1960, 1, 1), place)


def phone_of(place: int) -> str:
    return f"1360000{place:04d}"


def person(place: int) -> NewPerson:
    return NewPerson(
        UUID(int=place + 1),
        f"Person {place}",
        number_of(place),
        phone_of(place),
        None,
        "110105001",
        f"{place} Jianguo Road",
        39.9,
        116.4,
    )


def add(session: Session, vault: Vault, *places: int) -> None:
    load_people(session, map(person, places), NOW, lambda *_, **__: None, vault)


@pytest.fixture
def people(templates: Templates) -> Iterator[tuple[sessionmaker[Session], str]]:
    """People sealed by the old key, and the URL of their database."""
    with templates.database("identity") as (url, _):
        engine = create_engine(url)
        begin = sessionmaker(engine)
        with begin.begin() as session:
            add(session, BEFORE, *range(COUNT))
            signing_keys.signing_key(session, BEFORE, NOW)
        yield begin, url
        engine.dispose()


def check_all(session: Session, vault: Vault, count: int = COUNT) -> None:
    for place in range(count):
        person_id = find_person_id(session, vault, ID_NUMBER, number_of(place))
        assert person_id is not None
        assert find_person_id(session, vault, PHONE, phone_of(place)) == person_id
        private = stored.open_private(session, vault, person_id)
        expected = (number_of(place), phone_of(place), f"{place} Jianguo Road")
        assert (private.id_number, private.phone, private.address) == expected


def test_a_run_that_dies_anywhere_is_run_again_and_the_old_key_is_needed_no_more(
    people: tuple[sessionmaker[Session], str],
) -> None:
    begin, _ = people
    reports: list[tuple[str, int, int]] = []

    def dies(after: int) -> None:
        def report(what: str, done: int, total: int) -> None:
            reports.append((what, done, total))
            if len(reports) == after:
                raise Stop

        with pytest.raises(Stop):
            rotate(begin.begin, DURING, report, size=20)
        reports.clear()

    for after in (1, 2, 8):
        dies(after)
        with begin.begin() as session:
            check_all(session, DURING)
            for vault in (BEFORE, DURING):
                with pytest.raises(AlreadyRegistered), session.begin_nested():
                    add(session, vault, 7)
    with begin.begin() as session:
        add(session, DURING, COUNT)
        # A process that has not been restarted still knows the old key alone.
        with pytest.raises(AlreadyRegistered), session.begin_nested():
            add(session, BEFORE, COUNT)
    rotate(begin.begin, DURING, lambda *_: None, size=20)
    with begin.begin() as session:
        check_all(session, AFTER, COUNT + 1)
        key = signing_keys.signing_key(session, AFTER, NOW)
        assert signing_keys.sign(AFTER, key, {"sub": "somebody"})
    assert rotate(begin.begin, AFTER, lambda *_: None) == (0, 2 * (COUNT + 1))
    with begin.begin() as session:
        assert session.scalar(text("select count(distinct key_id) from blind_indexes")) == 1
        with pytest.raises(AlreadyRegistered), session.begin_nested():
            add(session, AFTER, 7)


def test_without_the_old_key_nothing_is_touched(
    people: tuple[sessionmaker[Session], str],
) -> None:
    begin, _ = people
    with pytest.raises(CannotOpen):
        rotate(begin.begin, AFTER, lambda *_: None)
    with begin.begin() as session:
        check_all(session, BEFORE)


def test_a_killed_command_shows_its_progress_and_the_next_one_finishes(
    people: tuple[sessionmaker[Session], str],
) -> None:
    begin, url = people
    command = [sys.executable, "-W", "ignore", "-m", "services.identity.rotate_data_key"]
    environment = os.environ | {
        "TIMEBANK_DATABASE_URL": url,
        "TIMEBANK_DATA_KEY": base64.b64encode(NEW).decode(),
        "TIMEBANK_RETIRED_DATA_KEYS": base64.b64encode(OLD).decode(),
    }
    first = subprocess.Popen(
        [*command, "--batch", "1"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == f"people: 1 of {COUNT}\n"
    first.send_signal(signal.SIGKILL)
    first.communicate()
    with begin.begin() as session:
        check_all(session, DURING)
        left = text("select count(*) from people where sealed_address like :old")
        assert 0 < session.scalar(left, {"old": f"{BEFORE.current.key_id}.%"}) < COUNT
    second = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    assert f"blind indexes: {2 * COUNT} of {2 * COUNT}" in second.stdout
    assert "TIMEBANK_RETIRED_DATA_KEYS away" in second.stdout
    with begin.begin() as session:
        check_all(session, AFTER)


def test_of_an_erased_id_number_the_old_index_is_kept(
    people: tuple[sessionmaker[Session], str],
) -> None:
    begin, _ = people
    with begin.begin() as session:
        session.execute(
            text(
                "update people set state = 'closed', sealed_phone = null, sealed_address = null,"
                " latitude = null, longitude = null where person_id = :id"
            ),
            {"id": person(3).person_id},
        )
        session.execute(
            text(
                "insert into closings (person_id, reason, closed_on, closed_at, closed_by)"
                " values (:id, 'leaving', '2020-01-01', '2020-01-01Z', :id)"
            ),
            {"id": person(3).person_id},
        )
        assert erase_id_numbers(session, datetime(2021, 1, 1, tzinfo=UTC), NOW) == 1
        assert erase_id_numbers(session, datetime(2021, 1, 1, tzinfo=UTC), NOW) == 0
    rotate(begin.begin, DURING, lambda *_: None)
    with begin.begin() as session:
        found = find_person_id(session, DURING, ID_NUMBER, number_of(3))
        assert found == person(3).person_id
        assert stored.open_private(session, DURING, found).id_number is None
