"""The one command behind every process: ``python -m services.kernel <role> [<service>]``."""

import sys
import warnings


# nameko brings eventlet along, whose retirement is no news in every log (docs/decisions/0001).
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

# Roles on green threads patch the standard library before anything else is imported.
GREEN_ROLES = ("service", "gateway")
if len(sys.argv) > 1 and sys.argv[1] in GREEN_ROLES:
    import eventlet

    eventlet.monkey_patch()

import argparse  # noqa: E402

from services.kernel.settings import SERVICES, Settings  # noqa: E402


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.kernel", description=__doc__)
    roles = parser.add_subparsers(dest="role", required=True)
    for role, words in (
        ("service", "serve calls and events"),
        ("relay", "publish a service's outbox"),
        ("migrate", "bring a service's database to its newest shape"),
    ):
        roles.add_parser(role, help=words).add_argument("name", choices=SERVICES)
    roles.add_parser("gateway", help="serve HTTP")
    roles.add_parser("auditor", help="audit the ledger, again and again").add_argument(
        "name", choices=("ledger",)
    )
    roles.add_parser("dispatcher", help="compute the plans that are asked for").add_argument(
        "name", choices=("matching",)
    )
    roles.add_parser("contracts", help="write the contracts' JSON Schemas to docs/contracts")
    roles.add_parser("topology", help="declare exchanges and queues")
    letters = roles.add_parser("dead-letters", help="list, replay or discard dead letters")
    letters.add_argument("action", choices=("list", "replay", "discard"))
    letters.add_argument("--event", help="only the letter with this event id")
    letters.add_argument("--most", type=int, default=100, help="how many to look at")
    return parser.parse_args()


def migrate(name: str) -> None:
    from services.kernel.migrate import migrate

    settings = Settings.from_environment("database_url")
    migrate(name, settings.database_url, settings.service_login)


def contracts() -> None:
    from services.kernel.json_schema import BrokenPromise, write

    try:
        print("\n".join(write()))
    except BrokenPromise as broken:
        sys.exit(f"timebank: {broken}")


def topology() -> None:
    from services.kernel.registry import handled_events
    from services.kernel.topology import declare

    settings = Settings.from_environment("amqp_uri")
    names = declare(settings.amqp_uri, handled_events())
    print(f"{len(names)} queues declared")


def dead_letters(arguments: argparse.Namespace) -> None:
    from services.kernel import dead_letters

    uri = Settings.from_environment("amqp_uri").amqp_uri
    if arguments.action == "list":
        letters = dead_letters.list_dead_letters(uri, arguments.most)
    elif arguments.action == "replay":
        letters = dead_letters.replay(uri, arguments.event, arguments.most)
    else:
        letters = dead_letters.discard(uri, arguments.event, arguments.most)
    for letter in letters:
        print(
            f"{letter.number}  {letter.queue}  {letter.event_id or '-'}  "
            f"{letter.attempts} attempts  {letter.parked_at or '-'}  {letter.reason}"
        )
    print(f"{arguments.action}: {len(letters)}")


def main() -> None:
    arguments = parse_arguments()
    from services.kernel import launcher

    if arguments.role == "service":
        launcher.run_service(arguments.name)
    elif arguments.role == "relay":
        launcher.run_relay(arguments.name)
    elif arguments.role == "gateway":
        launcher.run_gateway()
    elif arguments.role == "auditor":
        launcher.run_auditor(arguments.name)
    elif arguments.role == "dispatcher":
        launcher.run_dispatcher(arguments.name)
    elif arguments.role == "migrate":
        migrate(arguments.name)
    elif arguments.role == "contracts":
        contracts()
    elif arguments.role == "topology":
        topology()
    else:
        dead_letters(arguments)


if __name__ == "__main__":
    main()
