"""`make run`, `make demo` and `make stop`: what the person at the terminal sees of the stack."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from deploy.local.say import SetupError, phase, run, say
from deploy.local.stack import PROJECT, Stack
from deploy.local.state import Busy, await_release, read_json, write_json
from deploy.local.supervisor import UNREACHABLE


NAME = "platform"
HTTP_PORT = 8080
RELEASE_SECONDS = 15
READY_SECONDS = 120
CITY_PEOPLE = 200
CITY_SEED = 1
WATCH_SECONDS = 2


def platform() -> Stack:
    """Return the instance that `make run` runs."""
    mode = os.environ.get("TIMEBANK_MODE", "demonstration")
    return Stack(PROJECT / ".local", NAME, mode, preferred_ports={"gateway-http": HTTP_PORT})


@contextmanager
def running_platform(stack: Stack) -> Iterator[None]:
    """Start everything; stop everything at the end, however it comes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    say("Starting the time bank (the first time takes some minutes).")
    try:
        start(stack)
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if stack.is_ours():
            with phase("Stopping everything"):
                stack.stop()


def start(stack: Stack) -> None:
    """Bring the stack from whatever is there to ready, one line per phase."""
    with phase("RabbitMQ and PostgreSQL"):
        stack.start_servers()
    with phase("Logins and databases"):
        stack.provision()
    with phase("Topology and tables"):
        stack.migrate()
    with phase("Services, relays and gateway"):
        stack.start_processes()
        stack.wait_ready(READY_SECONDS)
    load_city(stack)


def load_city(stack: Stack) -> None:
    """Load policy and demonstration city once per database; keep the log-ins it prints."""
    if stack.mode != "demonstration":
        return
    path, database = stack.home / "city.json", stack.database_url("identity")
    key = hashlib.sha256(database.encode()).hexdigest()
    kept = read_json(path)
    if key not in kept:
        command = [sys.executable, "-m", "deploy.city", "load"]
        command += ["--people", str(CITY_PEOPLE), "--seed", str(CITY_SEED)]
        environment = {
            **stack.base_environment(),
            "TIMEBANK_DATABASE_URL": database,
            "TIMEBANK_DATA_KEY": stack.data_key,
        }
        with phase(f"Policy and demonstration city of {CITY_PEOPLE} people"):
            kept[key] = run(command, stack.log_path("setup-city"), environment, PROJECT)
        write_json(path, kept)


def log_ins(stack: Stack) -> str:
    """Return what the city printed of its log-ins, for this database."""
    key = hashlib.sha256(stack.database_url("identity").encode()).hexdigest()
    return read_json(stack.home / "city.json").get(key, "").strip()


def tell_where(stack: Stack) -> None:
    """Print the addresses and log-ins."""
    say(f"\nThe time bank is running at {stack.gateway_url}")
    say(f"  API and its description  {stack.gateway_url}/docs")
    if log_ins(stack):
        say("  Log-ins\n" + "\n".join(f"    {line}" for line in log_ins(stack).splitlines()))
    say(f"  Logs                     {stack.home / 'log'}")
    if stack.has_own_database and stack.home not in stack.database_directory.parents:
        say(f"  PostgreSQL's data        {stack.database_directory}")
        say("                           (its user cannot reach the project's folder)")
    say("  See it work              make demo        (in another terminal)")
    say("  Stop                     Ctrl-C, or make stop\n")


def watch(stack: Stack) -> int:
    """Tell of restarts until the platform is stopped from elsewhere; return the exit status."""
    pids: dict[str, int] = {}
    infos: list[dict[str, Any]] = []
    while stack.is_running():
        with suppress(*UNREACHABLE):  # it is being stopped
            infos = stack.supervisor.call("getAllProcessInfo")
        for info in infos:
            name, pid = info["name"], info["pid"]
            if pid and pids.get(name, pid) != pid:
                say(f"{name} ended and was started again; its log is {stack.log_path(name)}")
            if pid:
                pids[name] = pid
        time.sleep(WATCH_SECONDS)
    if (stack.home / "supervisord.pid").exists():
        say(f"The supervisor died; its log is {stack.log_path('supervisord')}")
        return 1
    say("The platform was stopped.")
    return 0


def run_platform() -> int:
    """Do `make run`."""
    stack = platform()
    if stack.is_running():
        if not stack.is_ready("gateway"):
            raise Busy("It is being started or stopped in another terminal.")
        say("It is running already.")
        tell_where(stack)
        return 0
    with running_platform(stack):
        tell_where(stack)
        return watch(stack)


def run_demo(url: str | None) -> int:
    """Do `make demo`: against the URL, or the running platform, or one started for the time."""
    if url:
        return _demo(url)
    stack = platform()
    if stack.is_running():
        if not stack.is_ready("gateway"):
            with phase("Waiting for the platform that another terminal starts"):
                stack.wait_ready(READY_SECONDS)
        return _demo(stack.gateway_url)
    with running_platform(stack):
        return _demo(stack.gateway_url)


def stop_platform() -> int:
    """Do `make stop`."""
    stack = platform()
    if stack.is_running():
        with phase("Stopping everything"):
            stack.shut_down()
            # The terminal that ran it notices a moment later; only then can it be started anew.
            await_release(stack.home / "lock", RELEASE_SECONDS)
    else:
        say("Nothing is running.")
    return 0


def remove_instances() -> int:
    """Do the part of `make clean` that needs to know where an instance keeps its data."""
    for path in sorted((PROJECT / ".local").glob("*/secrets.json")):
        stack = Stack(path.parent.parent, path.parent.name)
        if stack.is_running():
            with phase(f"Stopping {stack.name}"):
                stack.shut_down()
        stack.remove()
    return 0


def _demo(url: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "deploy.demo", "--url", url], cwd=PROJECT, stdin=subprocess.DEVNULL
    ).returncode


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Do one command; return the exit status."""
    try:
        match arguments:
            case ["run"]:
                return run_platform()
            case ["demo", *url]:
                return run_demo(next(iter(url), None))
            case ["stop"]:
                return stop_platform()
            case ["clean"]:
                return remove_instances()
    except KeyboardInterrupt:
        return 130 if arguments == ["demo"] else 0
    except Busy as error:
        say(f"\n{error} `make stop` stops it.")
        return 1
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except UNREACHABLE:
        say("\nThe platform was stopped from elsewhere.")
        return 1
    say(f"not a command: {' '.join(arguments)}")
    return 2


if __name__ == "__main__":
    os.chdir(Path(PROJECT))
    sys.exit(main(sys.argv[1:]))
