"""First step of every make target: bring this machine to where the rest can run.

Needs nothing but a system Python, and is written so that an old one can still read it and say so.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path


OLDEST = (3, 11)
NEWEST_TRIED = 20
PROJECT = Path(__file__).resolve().parents[2]
CACHES = (".local", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis")
USAGE = "python3 -m deploy.local setup [--no-servers] | run | demo [URL] | stop | clean"


def main(arguments):
    """Do one command; return the exit status."""
    use_new_enough_python(arguments)
    from deploy.local.apt import install_missing
    from deploy.local.environment import ensure_environment
    from deploy.local.say import SetupError, say

    log = PROJECT / ".local" / "log" / "setup.log"
    command, options = (arguments or [""])[0], arguments[1:]
    python = PROJECT / ".venv" / "bin" / "python"
    try:
        if command in ("setup", "run", "demo"):
            with_servers = command == "run" or not options
            log.parent.mkdir(parents=True, exist_ok=True)
            install_missing(log, with_servers)
            ensure_environment(PROJECT, log)
            if command == "setup":
                return 0
            os.execv(python, [str(python), "-m", "deploy.local.foreground", command, *options])
        if command in ("stop", "clean"):
            if (PROJECT / ".local").exists() and python.exists():
                stop = [python, "-m", "deploy.local.foreground", command]
                if subprocess.run(stop, cwd=PROJECT).returncode:
                    return 1
            elif command == "stop":
                say("Nothing is running.")
            if command == "clean":
                clean(PROJECT)
            return 0
    except KeyboardInterrupt:
        say("\nInterrupted.")
        return 130
    except SetupError as error:
        say(f"\n{error}")
        return 1
    say(f"usage: {USAGE}")
    return 2


def clean(project):
    """Delete what set-up, runs and tests made; the sources stay."""
    for name in (*CACHES, ".venv"):
        shutil.rmtree(project / name, ignore_errors=True)


def use_new_enough_python(arguments):
    """Go on with a newer Python of this machine when this one is too old; end if there is none."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(NEWEST_TRIED, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)  # noqa: UP031  (an old Python reads this)
        if found:
            os.execv(found, [found, "-m", "deploy.local"] + list(arguments))
    sys.exit("Python 3.11 or newer is needed; this is %s." % sys.version.split()[0])  # noqa: UP031


if __name__ == "__main__":
    os.chdir(str(PROJECT))
    sys.exit(main(sys.argv[1:]))
