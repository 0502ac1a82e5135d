"""The two lanes of `make test`: together they are all tests, and no test runs in both."""

from pathlib import Path

import pytest

from tests.__main__ import ROOMS, TESTS, lanes


def files_of(lane: list[str]) -> list[Path]:
    """The test files that pytest would collect for a lane's arguments."""
    ignored = [Path(each.split("=", 1)[1]) for each in lane if each.startswith("--ignore=")]
    named = [Path(each) for each in lane if not each.startswith("-")]
    found = [path for room in named for path in room.rglob("test_*.py")]
    return [path for path in found if not any(path.is_relative_to(away) for away in ignored)]


def test_each_test_file_runs_in_exactly_one_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIMEBANK_AMQP_URI", raising=False)
    monkeypatch.delenv("TIMEBANK_DATABASE_URL", raising=False)
    everything = [path for room in ROOMS for path in (TESTS / room).rglob("test_*.py")]
    run = [path for lane in lanes(["-q"]) for path in files_of(lane)]
    assert sorted(run) == sorted(everything)


@pytest.mark.parametrize("given", ["TIMEBANK_AMQP_URI", "TIMEBANK_DATABASE_URL"])
def test_on_servers_that_are_given_there_is_one_lane(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(given, "amqp://somewhere")
    assert len(lanes(["-q"])) == 1
