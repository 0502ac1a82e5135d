"""Load the demonstration city once the services answer; a repeat changes nothing."""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import partial

from deploy.compose.setup import wait
from deploy.local.readiness import http_answers


# Who is asked while the city is loaded; in a container of that name, on the image's metrics port.
ASKED = ("identity", "matching", "ledger")


def main(environment: Mapping[str, str]) -> int:
    """Return the exit status: 0 too when this is no demonstration and nothing was loaded."""
    if environment.get("TIMEBANK_MODE") != "demonstration":
        print("No demonstration: no city is loaded.")
        return 0
    port = environment["TIMEBANK_METRICS_PORT"]
    for name in ASKED:
        wait(name, partial(http_answers, f"http://{name}:{port}/readyz"))
    people = environment.get("TIMEBANK_CITY_PEOPLE") or "200"
    command = [sys.executable, "-m", "deploy.city", "load", "--people", people]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main(os.environ))
