"""Write the broker's definitions, with the password filled in, where the broker reads them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.rabbitmq.definitions import render


PATH = Path("/definitions/definitions.json")


def main(environment: Mapping[str, str], path: Path) -> None:
    """Replace the file as a whole, so that the broker never reads half of it."""
    password = environment.get("TIMEBANK_AMQP_PASSWORD")
    if not password:
        sys.exit("timebank: TIMEBANK_AMQP_PASSWORD is not set.")
    fresh = path.with_suffix(".new")
    fresh.write_text(render(password))
    # The broker is another user. The file holds a salted hash, and the volume only these two see.
    fresh.chmod(0o644)
    fresh.replace(path)
    print(f"{path} is written.")


if __name__ == "__main__":
    main(os.environ, PATH)
