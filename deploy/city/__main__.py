"""``python -m deploy.city load --people 200 --seed 1`` and ``python -m deploy.city logins``."""

import warnings


warnings.filterwarnings("ignore", module="eventlet")
warnings.filterwarnings("ignore", message="\\s*Eventlet is deprecated")

import eventlet  # noqa: E402


eventlet.monkey_patch()

import argparse  # noqa: E402
import sys  # noqa: E402

from sqlalchemy.exc import SQLAlchemyError  # noqa: E402

from deploy.city.load import CityLoader  # noqa: E402
from deploy.city.log_ins import log_in_table  # noqa: E402
from deploy.city.people import MOST_PEOPLE, Population  # noqa: E402
from services.kernel.contract import Error  # noqa: E402
from services.kernel.logs import set_up_logs  # noqa: E402


INTERRUPTED = 130


def people(text: str) -> int:
    """A size from 1 to the most a city can have."""
    size = int(text) if text.isdecimal() else 0
    if not 1 <= size <= MOST_PEOPLE:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST_PEOPLE}")
    return size


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.city", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser(
        "load", help="load policy, people and budgets; goes on where it stopped"
    )
    load.add_argument("--people", type=people, default=200, help="the size of the city")
    logins = commands.add_parser("logins", help="print the log-ins")
    for command in (load, logins):
        command.add_argument("--seed", type=int, default=1, help="another seed, other people")
    return parser.parse_args(arguments)


def main() -> int:
    arguments = parse_arguments()
    population = Population(arguments.seed)
    if arguments.command == "load":
        set_up_logs("ERROR", "city")
        try:
            loader = CityLoader(population, arguments.people)
            if not loader.load():
                print(f"The city of seed {arguments.seed} is there already.")
        except Error as error:
            print(f"timebank: the city cannot be loaded: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nInterrupted; the same command goes on from here.", file=sys.stderr)
            return INTERRUPTED
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            print(f"timebank: identity's database does not answer: {reason}", file=sys.stderr)
            return 1
    print(log_in_table(population))
    return 0


if __name__ == "__main__":
    sys.exit(main())
