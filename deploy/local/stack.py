"""The whole platform on this machine, as `make run` and the tests start it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import IO

from deploy import keys
from deploy.local import postgres, rabbitmq, readiness
from deploy.local.ports import LOOPBACK, choose_ports
from deploy.local.processes import PROCESSES, SEALING, application_programs, data_keys
from deploy.local.program import Program
from deploy.local.say import SetupError, last_lines, run
from deploy.local.state import Busy, hold, load_secret, read_json, write_json
from deploy.local.supervisor import Supervisor
from deploy.provision import (
    SERVICES,
    database_name,
    owner_login,
    provision,
    service_login,
    url_for,
)


PROJECT = Path(__file__).resolve().parents[2]
SERVER_PORTS = ("control", "epmd", "dist", "amqp", "postgres")
SERVER_SECONDS = 90
FAILED_STARTS = 4
POLL_SECONDS = 0.2


class Stack:
    """One instance: its servers, its processes, and what it remembers, under `directory/name`.

    `TIMEBANK_AMQP_URI` and `TIMEBANK_DATABASE_URL` (an administrator's) in the environment take
    the place of the private server of that kind. `durable=False` trades PostgreSQL's safety
    against a power cut for speed. Everything ends when the process that started it ends.
    """

    def __init__(
        self,
        directory: Path,
        name: str,
        mode: str = "demonstration",
        durable: bool = True,
        preferred_ports: Mapping[str, int] | None = None,
    ) -> None:
        self.name = name
        self.home = Path(directory).resolve() / name
        self.mode = mode
        self.durable = durable
        self.preferred_ports = dict(preferred_ports or {})
        self.has_own_broker = not os.environ.get("TIMEBANK_AMQP_URI")
        self.has_own_database = not os.environ.get("TIMEBANK_DATABASE_URL")
        self.ports: dict[str, int] = read_json(self.home / "ports.json")
        self.programs: dict[str, Program] = {}
        self._lock: IO[str] | None = None
        self._secret = ""
        if (self.home / "secrets.json").exists():
            self._load_secret()

    # Where things are

    @property
    def amqp_uri(self) -> str:
        """The broker, with the platform's login."""
        if self.has_own_broker:
            return rabbitmq.amqp_uri(self.ports["amqp"], self._password("broker"))
        given = os.environ["TIMEBANK_AMQP_URI"]
        # With `amqp://` kombu would take the C client where it is installed, which blocks eventlet.
        return given.replace("amqp://", "pyamqp://", 1) if given.startswith("amqp://") else given

    @property
    def admin_database_url(self) -> str:
        """The database server, with the administrator's login."""
        if self.has_own_database:
            return postgres.admin_url(self.ports["postgres"], self._password(postgres.ADMIN))
        return os.environ["TIMEBANK_DATABASE_URL"]

    def database_url(self, service: str) -> str:
        """The service's database, with the login its processes use."""
        return self._url(service, service_login(service))

    def owner_database_url(self, service: str) -> str:
        """The service's database, with the login that runs migrations."""
        return self._url(service, owner_login(service))

    @property
    def data_key(self) -> str:
        """The key for personal data."""
        return os.environ.get("TIMEBANK_DATA_KEY") or keys.data_key(self._secret)

    @property
    def gateway_address(self) -> str:
        """Host and port of the gateway."""
        return os.environ.get("TIMEBANK_HTTP_ADDRESS") or f"{LOOPBACK}:{self.ports['gateway-http']}"

    @property
    def gateway_url(self) -> str:
        """Where the platform is reached over HTTP."""
        host, _, port = self.gateway_address.rpartition(":")
        return f"http://{LOOPBACK if host in ('', '0.0.0.0') else host}:{port}"

    def metrics_port(self, name: str) -> int:
        """The port on which a process shows /healthz, /readyz and /metrics."""
        return self.ports[name]

    @property
    def database_directory(self) -> Path:
        """Where the private PostgreSQL keeps its data."""
        fallback = postgres.fallback_home(self.home)
        return fallback if fallback.exists() else self.home / "postgres"

    def log_path(self, name: str) -> Path:
        """The log of a process; `supervisord` and `setup` have one too."""
        return self.home / "log" / f"{name}.log"

    @property
    def supervisor(self) -> Supervisor:
        """The supervisor of this instance, running or not."""
        identifier = f"timebank {self.home}"
        port = self.ports.get("control", 0)
        return Supervisor(identifier, self.home, port, self._password("supervisor"))

    def is_running(self) -> bool:
        """Tell whether this instance's supervisor lives: started, starting or stopping."""
        return bool(self.supervisor.pid())

    def is_ours(self) -> bool:
        """Tell whether it lives and this object started it."""
        return self._lock is not None and self.is_running()

    # Start

    def start_servers(self) -> None:
        """Start the supervisor and the private servers, and wait until they answer."""
        self._prepare()
        self.programs = {program.name: program for program in self._describe()}
        self.supervisor.start(list(self.programs.values()), Path(sys.executable))
        for name in ("epmd", "postgres", "rabbitmq"):
            if name in self.programs:
                self.supervisor.start_program(name)
        self._wait({"rabbitmq": self._broker_answers}, SERVER_SECONDS)
        self._wait({"postgres": self._database_answers}, SERVER_SECONDS)

    def provision(self) -> None:
        """Make logins and databases of every service."""
        provision(self.admin_database_url, self._password)

    def migrate(self) -> None:
        """Declare the broker's topology and bring every database to the newest tables."""
        jobs: list[Callable[[], object]] = [partial(self.kernel, "topology")]
        jobs += [partial(self._migrate_one, service) for service in SERVICES]
        with ThreadPoolExecutor(len(jobs)) as pool:
            for future in [pool.submit(job) for job in jobs]:
                future.result()

    def kernel(self, *arguments: str, **environment: str) -> str:
        """Run one command of the kernel to its end; return what it printed."""
        own = {**self.base_environment(), **environment}
        log = self.log_path(f"setup-{'-'.join(arguments)}")
        return run([sys.executable, "-m", "services.kernel", *arguments], log, own, PROJECT)

    def base_environment(self) -> dict[str, str]:
        """Return what every process of the platform gets, whatever its part."""
        passed_on = ("TIMEBANK_LOG_LEVEL", "TIMEBANK_WORKERS")
        own = {key: os.environ[key] for key in passed_on if os.environ.get(key)}
        others = {k: v for k, v in os.environ.items() if not k.startswith("TIMEBANK_")}
        return {
            **others,
            **own,
            "PYTHONUNBUFFERED": "1",
            "TIMEBANK_AMQP_URI": self.amqp_uri,
            "TIMEBANK_MODE": self.mode,
            "TIMEBANK_METRICS_PORT": "0",
        }

    def start_processes(self) -> None:
        """Start services, relays and gateway; `wait_ready` waits for them."""
        for name in PROCESSES:
            self.supervisor.start_program(name)

    def wait_ready(self, seconds: float = 60) -> None:
        """Wait until every process is ready; raise with the log of one that cannot start."""
        self._wait({name: partial(self._is_ready, name) for name in PROCESSES}, seconds)

    def is_ready(self, name: str) -> bool:
        """Tell whether one process answers as ready now."""
        return self._is_ready(name)

    # One process

    def process_pid(self, name: str) -> int:
        """Return the pid of a running process, 0 when it is not running."""
        return int(self.supervisor.info(name)["pid"])

    def stop_process(self, name: str) -> None:
        """Stop a process in order and keep it stopped."""
        self.supervisor.stop_programs([name])

    def start_process(self, name: str, seconds: float = SERVER_SECONDS) -> None:
        """Start a stopped process and wait until it is ready."""
        self.supervisor.start_program(name)
        checks = {"rabbitmq": self._broker_answers, "postgres": self._database_answers}
        self._wait({name: checks.get(name) or partial(self._is_ready, name)}, seconds)

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process; the supervisor starts it again if it dies of it."""
        pid = self.process_pid(name)
        if not pid:
            raise SetupError(f"{name} is not running.")
        os.kill(pid, number)

    def rabbitmqctl(self, *arguments: str) -> str:
        """Run rabbitmqctl on the private broker; return what it printed."""
        if not self.has_own_broker:
            raise SetupError("The broker at TIMEBANK_AMQP_URI is not ours to command.")
        own = rabbitmq.environment(self.home / "rabbitmq", self.ports, self._node)
        result = subprocess.run(
            [rabbitmq.RABBITMQCTL, *arguments],
            env=own,
            cwd=self.home / "rabbitmq",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise SetupError(f"rabbitmqctl {arguments[0]} failed: {result.stderr or result.stdout}")
        return result.stdout

    # Stop

    def stop(self) -> None:
        """Stop everything that *this object* started. Safe to repeat, and after a failed start.

        An instance that another process runs is left alone: that is `shut_down`'s to end.
        """
        if self._lock:
            self.shut_down()
            self._lock.close()
            self._lock = None

    def shut_down(self) -> None:
        """Stop the instance, whoever started it: processes first, then the servers."""
        if self.is_running():
            servers = ["rabbitmq"] * self.has_own_broker + ["postgres"] * self.has_own_database
            ranks = [["gateway"], [name for name in PROCESSES if name != "gateway"], servers]
            self.supervisor.shut_down([*ranks, ["epmd"] * self.has_own_broker])

    def remove(self) -> None:
        """Delete everything the stopped instance kept, its data included."""
        if self.is_running():
            raise Busy(f"The instance {self.name} is still running.")
        shutil.rmtree(postgres.fallback_home(self.home), ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    # Inside

    def _prepare(self) -> None:
        for part in ("log", "programs"):
            (self.home / part).mkdir(parents=True, exist_ok=True)
        (self.home / "programs").chmod(0o700)
        (self.home / "log").chmod(0o700)
        lock = self._lock or hold(self.home / "lock")
        if self.is_running():
            raise Busy(f"The instance {self.name} is already running.")
        self._lock = lock
        if not (self.home / "secrets.json").exists():
            # Left by an instance that was deleted by hand: without its secret nothing opens it.
            shutil.rmtree(postgres.fallback_home(self.home), ignore_errors=True)
        self._load_secret()
        self.ports = read_json(self.home / "ports.json")
        names = [*SERVER_PORTS, "gateway-http", *PROCESSES]
        self.ports = choose_ports(names, self.ports, self.preferred_ports)
        write_json(self.home / "ports.json", self.ports)

    def _describe(self) -> list[Program]:
        programs: list[Program] = []
        if self.has_own_broker:
            cookie = keys.password(self._secret, "erlang cookie")
            directory = rabbitmq.prepare(self.home, self._password("broker"), cookie)
            programs += rabbitmq.programs(directory, self.ports, self._node)
        if self.has_own_database:
            directory = postgres.server_home(self.home)
            admin = self._password(postgres.ADMIN)
            postgres.initialise(directory, admin, self.log_path("setup-initdb"))
            programs.append(postgres.program(directory, self.ports["postgres"], self.durable))
        return programs + application_programs(self, PROJECT)

    def _wait(self, checks: Mapping[str, Callable[[], bool]], seconds: float) -> None:
        """Wait until each check holds; give up early on a program that keeps failing to start."""
        deadline = time.monotonic() + seconds
        starts: dict[str, set[int]] = {name: set() for name in checks}
        waiting = list(checks)
        while waiting := [name for name in waiting if not checks[name]()]:
            late = time.monotonic() > deadline
            for name in waiting:
                if name in self.programs:
                    info = self.supervisor.info(name)
                    starts[name].add(info["start"])
                    failing = len(starts[name]) >= FAILED_STARTS and info["statename"] == "BACKOFF"
                else:
                    failing = False
                if late or failing:
                    why = f"is not ready after {seconds:.0f} s" if late else "cannot start"
                    raise SetupError(
                        f"{name} {why}. The end of {self.log_path(name)}:\n"
                        + last_lines(self.log_path(name))
                    )
            time.sleep(POLL_SECONDS)

    def _broker_answers(self) -> bool:
        return readiness.broker_answers(self.amqp_uri)

    def _database_answers(self) -> bool:
        return readiness.database_answers(self.admin_database_url)

    def _is_ready(self, name: str) -> bool:
        own = f"http://{LOOPBACK}:{self.ports[name]}/readyz"
        ready = readiness.http_answers(own)
        if name == "gateway":
            return ready and readiness.http_answers(f"{self.gateway_url}/readyz")
        return ready

    def _migrate_one(self, service: str) -> None:
        self.kernel(
            "migrate",
            service,
            TIMEBANK_DATABASE_URL=self.owner_database_url(service),
            TIMEBANK_SERVICE_LOGIN=service_login(service),
            **(data_keys(self) if service in SEALING else {}),
        )

    def _url(self, service: str, login: str) -> str:
        return url_for(
            self.admin_database_url, login, self._password(login), database_name(service)
        )

    def _password(self, login: str) -> str:
        return keys.password(self._secret, login)

    def _load_secret(self) -> None:
        self._secret = load_secret(self.home / "secrets.json", os.environ.get("TIMEBANK_SECRET"))

    @property
    def _node(self) -> str:
        return f"timebank-{keys.password(self._secret, 'erlang node')[:8].lower()}"
