"""The ledger's own commands: ``python -m services.ledger audit`` and ``auditor``."""

import sys
import warnings


# nameko brings eventlet along, whose retirement is no news (docs/decisions/0001).
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")


def main() -> None:
    from services.ledger import audit

    match sys.argv[1:]:
        case ["audit", *arguments]:
            sys.exit(audit.command(arguments))
        case ["auditor"]:
            audit.run_auditor()
        case _:
            sys.exit("usage: python -m services.ledger audit [--json] | auditor")


if __name__ == "__main__":
    main()
