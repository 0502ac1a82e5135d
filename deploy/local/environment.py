"""Make .venv from the hash-locked requirements, and know when it is up to date."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from deploy.local.say import phase, run


LOCK = "requirements-dev.txt"
STAMP = ".requirements-sha256"


def fingerprint(lock: Path) -> str:
    """Return what the stamp must hold for this lock file and this Python.

    The Python belongs in it: packages built for another one do not load.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{version} {hashlib.sha256(lock.read_bytes()).hexdigest()}"


def ensure_environment(project: Path, log: Path) -> None:
    """Make or refresh .venv; return at once when it matches the lock."""
    directory, wanted = project / ".venv", fingerprint(project / LOCK)
    stamp = directory / STAMP
    python = directory / "bin" / "python"
    if not _works(python, directory):
        with phase("Python environment .venv"):
            shutil.rmtree(directory, ignore_errors=True)
            run([sys.executable, "-m", "venv", directory], log)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with phase(f"Python packages of {LOCK}"):
        pip: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
        ]
        run([*pip, "--require-hashes", "-r", project / LOCK], log)
        stamp.write_text(wanted)


def _works(python: Path, directory: Path) -> bool:
    if not python.exists():
        return False
    test = "import sys, pip; print(sys.prefix, sys.version_info[:2] == (%d, %d))"
    result = subprocess.run(
        [python, "-c", test % sys.version_info[:2]], capture_output=True, text=True
    )
    return result.stdout.strip() == f"{directory} True"
