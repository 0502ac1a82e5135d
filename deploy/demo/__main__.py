"""``python -m deploy.demo [--url URL] [--json]``: play the main job against a running platform.

Exit status 0: every expectation held; 1: one did not; 2: there is nothing to play on.
"""

import argparse
import sys
from datetime import UTC, datetime

from deploy.demo.client import Client, Problem, Unreachable
from deploy.demo.play import Play
from deploy.demo.report import Report, messages
from deploy.demo.stage import NotInTime, Stage


URL = "http://127.0.0.1:8080"
INTERRUPTED = 130


class NoStage(Exception):
    """There is nothing to play on; the message says why, in both languages."""

    def __init__(self, name: str, **facts: str):
        words = messages()["ends"][name]
        super().__init__(f"{words['zh'].format(**facts)}\n{words['en'].format(**facts)}")


def set_stage(url: str) -> Stage:
    """A platform that answers, in demonstration mode, with the city loaded; or NoStage."""
    client = Client(url)
    stage = Stage(client)
    try:
        client.get("/v1/categories", clock=datetime.now(UTC))
        _ = stage.city_officer
    except Unreachable as error:
        raise NoStage("unreachable", url=url, reason=str(error)) from error
    except Problem as problem:
        names = {"invalid_clock": "no_clock", "bad_credentials": "no_city"}
        raise NoStage(names.get(problem.code, "not_ready"), reason=str(problem)) from problem
    return stage


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--url", default=URL, help=f"the platform's address, {URL} if not given")
    parser.add_argument("--json", action="store_true", help="print one JSON document at the end")
    arguments = parser.parse_args()
    try:
        stage = set_stage(arguments.url)
    except NoStage as error:
        print(error, file=sys.stderr)
        return 2
    report = Report(quiet=arguments.json)
    try:
        Play(stage, report).perform()
    except (Problem, Unreachable, NotInTime) as error:
        report.break_off(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    report.end()
    if arguments.json:
        print(report.as_json())
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main())
