"""What the supervisor has to know of one program, and how it is written down for it."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.state import write_json


LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Program:
    """One process under supervision; those of a low rank start first and end last."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    rank: int
    metrics_port: int = 0
    stop_signal: str = "TERM"
    stop_seconds: int = 15
    user: str = ""

    def write(self, directory: Path) -> list[str]:
        """Write the launch file; return the command that becomes this program."""
        path = directory / f"{self.name}.json"
        content = {
            "command": list(self.command),
            "environment": dict(self.environment),
            "directory": str(self.directory),
            "user": self.user,
            "parent_death_signal": f"SIG{self.stop_signal}",
        }
        write_json(path, content)
        return [sys.executable, "-I", str(LAUNCH), str(path)]

    def section(self, command: Sequence[str]) -> str:
        """Return this program's section of the supervisor's configuration.

        File names are relative to the instance's folder: supervisord expands percent signs in
        some of them twice, and the folder's name may hold one.
        """
        return f"""
[program:{self.name}]
command={escape(shlex.join(command))}
priority={self.rank}
autostart=false
autorestart=true
startsecs=5
startretries=1000000
stopsignal={self.stop_signal}
stopwaitsecs={self.stop_seconds}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=log/{self.name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def escape(text: str) -> str:
    """Keep the supervisor from reading a percent sign as the start of a variable."""
    return text.replace("%", "%%")
