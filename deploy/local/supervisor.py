"""Supervisord: its configuration, its start, and a client for its control port."""

import os
import signal
import subprocess
import time
import xmlrpc.client
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from deploy.local.ports import LOOPBACK
from deploy.local.program import Program, escape
from deploy.local.say import SetupError, last_lines


START_SECONDS = 20
STOP_SECONDS = 60
CALL_SECONDS = 90
POLL_SECONDS = 0.1
UNREACHABLE = (ConnectionError, TimeoutError, HTTPException, xmlrpc.client.Error)
ENDED = {"STOPPED", "EXITED", "FATAL", "UNKNOWN"}


def configuration(identifier: str, port: int, password: str, sections: Sequence[str]) -> str:
    """Return the text of supervisord.conf."""
    # Said aloud, or supervisord warns about it at each start.
    user = "user=root\n" if os.geteuid() == 0 else ""
    return f"""[supervisord]
identifier={escape(identifier)}
logfile=log/supervisord.log
logfile_maxbytes=10MB
logfile_backups=3
pidfile=supervisord.pid
childlogdir=log
nodaemon=true
{user}
[inet_http_server]
port={LOOPBACK}:{port}
username=timebank
password={password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
{"".join(sections)}"""


class _Transport(xmlrpc.client.Transport):
    def make_connection(self, host: Any) -> HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = CALL_SECONDS
        return connection


class Supervisor:
    """One supervisord, known by its control port, its password and its identifier."""

    def __init__(self, identifier: str, home: Path, port: int, password: str) -> None:
        self.identifier = identifier
        self.home = home
        self.port = port
        self.password = password

    def answers(self) -> bool:
        """Tell whether *our* supervisor answers; any other on this port does not count."""
        try:
            return self.call("getIdentification") == self.identifier
        except UNREACHABLE:
            return False

    def pid(self) -> int:
        """Return the pid of our living supervisord, 0 when there is none.

        A recorded pid alone proves nothing: the number may be another process's by now.
        """
        try:
            pid = int((self.home / "supervisord.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return 0
        return pid if os.fsencode(self.home / "supervisord.conf") in command else 0

    def start(self, programs: Sequence[Program], python: Path) -> None:
        """Start supervisord with these programs, all of them still stopped."""
        log = self.home / "log"
        specs = self.home / "programs"
        sections = [program.section(program.write(specs)) for program in programs]
        path = self.home / "supervisord.conf"
        text = configuration(self.identifier, self.port, self.password, sections)
        path.touch(mode=0o600)
        path.write_text(text)
        supervisord = Program(
            name="supervisord",
            command=[str(python), "-m", "supervisor.supervisord", "-c", str(path)],
            environment={**os.environ, "PYTHONWARNINGS": "ignore"},
            directory=self.home,
            rank=0,
        )
        with (log / "supervisord.out").open("wb") as output:
            # A session of its own: Ctrl-C must reach only the one who stops things in order.
            process = subprocess.Popen(
                supervisord.write(specs),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise SetupError(
                    f"supervisord did not start. The end of {log / 'supervisord.out'}:\n"
                    + last_lines(log / "supervisord.out")
                )
            time.sleep(POLL_SECONDS)

    def call(self, method: str, *arguments: Any) -> Any:
        """Call one method of supervisord's control interface."""
        address = f"http://timebank:{self.password}@{LOOPBACK}:{self.port}/RPC2"
        with xmlrpc.client.ServerProxy(address, transport=_Transport()) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)

    def info(self, name: str) -> dict[str, Any]:
        """Return state, pid and times of one program."""
        return self.call("getProcessInfo", name)

    def start_program(self, name: str) -> None:
        """Ask for a start, and leave the waiting to whoever knows what ready means."""
        if self.info(name)["statename"] not in {"STARTING", "RUNNING", "BACKOFF"}:
            self.call("startProcess", name, False)

    def stop_programs(self, names: Sequence[str]) -> None:
        """Stop these programs side by side and wait until all have ended."""
        for name in names:
            if self.info(name)["statename"] not in ENDED | {"STOPPING"}:
                self.call("stopProcess", name, False)
        deadline = time.monotonic() + STOP_SECONDS
        while any(self.info(name)["statename"] not in ENDED for name in names):
            if time.monotonic() > deadline:
                raise SetupError(f"Some of {', '.join(names)} did not stop in {STOP_SECONDS} s.")
            time.sleep(POLL_SECONDS)

    def shut_down(self, ranks: Sequence[Sequence[str]]) -> None:
        """Stop each rank of programs in turn, then supervisord itself; wait for its end.

        Does the same when another process is at it already, or when supervisord no longer
        answers: each program ends when its supervisor does.
        """
        pid = self.pid()
        try:
            for names in ranks:
                self.stop_programs(names)
            self.call("shutdown")
        except UNREACHABLE:
            self._signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self.pid():
            if time.monotonic() > deadline:
                self._signal(pid, signal.SIGKILL)
            time.sleep(POLL_SECONDS)

    def _signal(self, pid: int, number: int) -> None:
        if pid and self.pid() == pid:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
