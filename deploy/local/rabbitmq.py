"""A private RabbitMQ with an epmd of its own: files, environment and commands."""

import os
import shutil
from pathlib import Path

from deploy.local.apt import RABBITMQ_SERVER
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program
from deploy.local.say import SetupError
from deploy.rabbitmq import definitions


EPMD_RANK = 10
RANK = 30
RABBITMQCTL = RABBITMQ_SERVER.with_name("rabbitmqctl")

CONFIGURATION = """loopback_users.guest = true
load_definitions = {definitions}
vm_memory_high_watermark.relative = 0.4
disk_free_limit.absolute = 200MB
raft.wal_max_size_bytes = 64000000
"""


def prepare(home: Path, password: str, cookie: str) -> Path:
    """Write what the broker reads at its start; return its folder."""
    directory = home / "rabbitmq"
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    _write(directory / ".erlang.cookie", cookie, 0o400)
    _write(directory / "definitions.json", definitions.render(password), 0o600)
    _write(
        directory / "rabbitmq.conf",
        CONFIGURATION.format(definitions=directory / "definitions.json"),
        0o600,
    )
    _write(directory / "enabled_plugins", "[].\n", 0o600)
    return directory


def environment(directory: Path, ports: dict[str, int], node: str) -> dict[str, str]:
    """Return the environment of the server and of rabbitmqctl; nothing of the caller's leaks in."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(ports["epmd"]),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "RABBITMQ_NODENAME": f"{node}@localhost",
        "RABBITMQ_USE_LONGNAME": "false",
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_NODE_PORT": str(ports["amqp"]),
        "RABBITMQ_DIST_PORT": str(ports["dist"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(directory / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
        "RABBITMQ_CONF_ENV_FILE": str(directory / "rabbitmq-env.conf"),
        # The start script then becomes the Erlang machine instead of staying in front of it,
        # so that a signal to the program's pid reaches the broker itself.
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def programs(directory: Path, ports: dict[str, int], node: str) -> list[Program]:
    """Describe the port mapper and the broker."""
    epmd = shutil.which("epmd")
    if epmd is None:
        raise SetupError("epmd is missing; it belongs to Debian's erlang-base.")
    own = environment(directory, ports, node)
    return [
        Program(
            name="epmd",
            command=[epmd, "-port", str(ports["epmd"]), "-address", LOOPBACK],
            environment=own,
            directory=directory,
            rank=EPMD_RANK,
        ),
        Program(
            name="rabbitmq",
            command=[str(RABBITMQ_SERVER)],
            environment=own,
            directory=directory,
            rank=RANK,
            stop_seconds=40,
        ),
    ]


def amqp_uri(port: int, password: str) -> str:
    """Return the URI of the platform's login."""
    return f"pyamqp://{definitions.USER}:{password}@{LOOPBACK}:{port}/{definitions.VIRTUAL_HOST}"


def _write(path: Path, text: str, mode: int) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=mode)
    path.chmod(0o600)
    path.write_text(text)
    path.chmod(mode)
