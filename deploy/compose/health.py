"""Ask the process of this container how it is: `python -m deploy.compose.health /readyz`."""

import os
import sys
from http.client import HTTPConnection, HTTPException


ANSWER_SECONDS = 4


def main(path: str) -> int:
    """Return 0 when the process answers 200 on its metrics port."""
    connection = HTTPConnection(
        "127.0.0.1", int(os.environ["TIMEBANK_METRICS_PORT"]), timeout=ANSWER_SECONDS
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        print(answer.status, answer.read().decode())
    except (OSError, HTTPException) as error:
        print(f"{path}: {error}")
        return 1
    return 0 if answer.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
