"""Install the Debian packages that are missing, without starting any system service."""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.say import SetupError, phase, run, say


RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
POSTGRES_BINARIES = Path("/usr/lib/postgresql")
CHINESE_FONT = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")

# A package's post-installation would start its service and, for PostgreSQL, make a cluster on the
# standard port. Both are held off for the time of the installation, and what was there is kept.
INSTALL = """
set -e
made=
restore() {{ for file in $made; do rm -f "$file"; done; }}
trap restore EXIT
trap 'exit 130' INT TERM HUP
if [ ! -e /usr/sbin/policy-rc.d ]; then
  made=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
if [ ! -e /etc/postgresql-common ]; then
  mkdir -p /etc/postgresql-common/createcluster.d
  made="$made /etc/postgresql-common/createcluster.d/timebank.conf"
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/timebank.conf
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends {packages}
if command -v systemctl >/dev/null 2>&1; then
  systemctl disable {services} >/dev/null 2>&1 || true
fi
"""
SERVICES = {"rabbitmq-server": "rabbitmq-server.service", "postgresql": "postgresql.service"}


def missing_packages(environment: Mapping[str, str], with_servers: bool = True) -> list[str]:
    """Name the Debian packages this machine needs and does not have."""
    missing = []
    if importlib.util.find_spec("ensurepip") is None:
        missing.append(f"python3.{sys.version_info.minor}-venv")
    if not with_servers:
        return missing
    if not environment.get("TIMEBANK_AMQP_URI") and not RABBITMQ_SERVER.exists():
        missing.append("rabbitmq-server")
    if not environment.get("TIMEBANK_DATABASE_URL") and not any(
        POSTGRES_BINARIES.glob("*/bin/postgres")
    ):
        missing.append("postgresql")
    if not CHINESE_FONT.exists():
        missing.append("fonts-wqy-zenhei")
    return missing


def install_missing(log: Path, with_servers: bool = True) -> None:
    """Install what is missing, or say in one sentence what the person can do instead."""
    missing = missing_packages(os.environ, with_servers)
    if not missing:
        return
    names = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise SetupError(
            f"{names} missing, and this machine has no apt-get. {_alternatives(names)}"
        )
    services = " ".join(SERVICES[name] for name in missing if name in SERVICES) or "--version"
    command = ["sh", "-c", INSTALL.format(packages=shlex.join(missing), services=services)]
    if os.geteuid() != 0:
        command = [*_sudo(names), *command]
    try:
        with phase(f"Debian packages {names}"):
            run(command, log)
    except SetupError as error:
        raise SetupError(f"{error}\n{_alternatives(names)}") from None
    importlib.invalidate_caches()
    still_missing = missing_packages(os.environ, with_servers)
    if still_missing:
        raise SetupError(f"{' '.join(still_missing)} still missing after the installation.")


def _sudo(names: str) -> list[str]:
    if shutil.which("sudo") is None:
        raise SetupError(f"{names} missing, and there is no sudo. {_alternatives(names)}")
    if subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    if not sys.stdin.isatty():
        raise SetupError(f"{names} missing, and sudo wants a password. {_alternatives(names)}")
    say(f"  {names} missing: sudo asks for your password to install.")
    if subprocess.run(["sudo", "-v"]).returncode:
        raise SetupError(f"sudo was refused. {_alternatives(names)}")
    return ["sudo"]


def _alternatives(names: str) -> str:
    advice = f"Install by hand as root: apt-get install --no-install-recommends {names}"
    if "rabbitmq-server" in names or "postgresql" in names:
        advice += (
            "; or point TIMEBANK_AMQP_URI and TIMEBANK_DATABASE_URL at servers you have "
            "(docs/how-to/run.md)"
        )
    return advice + "."
