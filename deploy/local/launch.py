"""Become one supervised program: a JSON file gives environment, user and directory, then exec.

A file instead of the supervisor's own settings, because it stands any character in a path or
password, and keeps the passwords out of the process list.
"""

import ctypes
import json
import os
import pwd
import resource
import signal
import sys


MOST_OPEN_FILES = 65536
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Replace this process by the program that the file describes."""
    with open(sys.argv[1]) as file:
        program = json.load(file)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > MOST_OPEN_FILES:
        hard_or_enough = MOST_OPEN_FILES
    else:
        hard_or_enough = hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard_or_enough, hard))
    os.chdir(program["directory"])
    if program["user"] and os.geteuid() == 0:
        account = pwd.getpwnam(program["user"])
        os.setgroups([account.pw_gid])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # Whoever started this dies without a word: then this ends too, so that nothing is left behind.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.Signals[program["parent_death_signal"]]))
    os.execve(program["command"][0], program["command"], program["environment"])


if __name__ == "__main__":
    main()
