"""A private PostgreSQL: where its data may live, who runs it, and how it is started."""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.local.apt import POSTGRES_BINARIES
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program
from deploy.local.say import SetupError, run


ADMIN = "timebank_admin"
MAX_CONNECTIONS = 300
RANK = 20


def server_user() -> str:
    """Return the user who runs PostgreSQL when we are root, which it refuses; else empty."""
    if os.geteuid() != 0:
        return ""
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def fallback_home(home: Path) -> Path:
    """Return a place every user can reach, the same each time for the same instance."""
    key = hashlib.sha256(str(home).encode()).hexdigest()[:16]
    return Path("/var/tmp") / f"timebank-{key}"


def server_home(home: Path) -> Path:
    """Return the folder for the data: under the instance, or the fallback when out of reach."""
    directory, user = home / "postgres", server_user()
    directory.mkdir(parents=True, exist_ok=True)
    if user:
        home.chmod(0o711)
        shutil.chown(directory, user)
        if _command_as(user, ["test", "-x", str(directory)]).returncode:
            directory.rmdir()
            directory = fallback_home(home)
            directory.mkdir(exist_ok=True)
            # In a shared folder: whoever made it first could read the data.
            if directory.is_symlink() or directory.owner() not in {"root", user}:
                raise SetupError(f"{directory} belongs to {directory.owner()}; remove it first.")
            shutil.chown(directory, user)
    directory.chmod(0o700)
    return directory


def initialise(directory: Path, password: str, log: Path) -> None:
    """Make the cluster if there is none; a half-made one of an interrupted run is thrown away."""
    data, unfinished = directory / "data", directory / "data.unfinished"
    if data.exists():
        return
    user = server_user()
    shutil.rmtree(unfinished, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=directory) as file:
        file.write(password + "\n")
        file.flush()
        if user:
            shutil.chown(file.name, user)
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        command: list[str | Path] = [
            binaries(data) / "initdb",
            "-D",
            unfinished,
            "-U",
            ADMIN,
            *options,
        ]
        run([*command, f"--pwfile={file.name}"], log, directory=directory, user=user)
    unfinished.rename(data)


def program(directory: Path, port: int, durable: bool) -> Program:
    """Describe the server: loopback TCP alone, with passwords."""
    data = directory / "data"
    settings = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": "",
        "max_connections": MAX_CONNECTIONS,
        "password_encryption": "scram-sha-256",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if durable else "off",
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    return Program(
        name="postgres",
        command=[str(binaries(data) / "postgres"), "-D", str(data), *options],
        environment={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        directory=directory,
        rank=RANK,
        stop_signal="INT",
        stop_seconds=30,
        user=server_user(),
    )


def admin_url(port: int, password: str) -> str:
    """Return the URL of the administrator's login."""
    return f"postgresql+psycopg2://{ADMIN}:{password}@{LOOPBACK}:{port}/postgres"


def binaries(data: Path) -> Path:
    """Return the newest installed PostgreSQL, or the one the existing data was made with."""
    installed = {
        path.parent.parent.name: path.parent for path in POSTGRES_BINARIES.glob("*/bin/postgres")
    }
    if not installed:
        raise SetupError(f"No PostgreSQL server under {POSTGRES_BINARIES}.")
    try:
        wanted = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        wanted = max(installed, key=float)
    if wanted not in installed:
        raise SetupError(
            f"{data} was made by PostgreSQL {wanted}, which is not installed any more: "
            f"install postgresql-{wanted}, or `make clean` to start from nothing."
        )
    return installed[wanted]


def _command_as(user: str, command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[], cwd="/"
    )
