"""Every table of moves is drawn in its service's README, and allows its moves and no other.

A machine is found by its table: a mapping at the top of a domain module that is called ``MOVES`` or
``…_MOVES``. It leads from a state to those that may follow, or from a state and an act to the one
that does; ``OVERTAKEN`` beside it is what time alone does.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib import import_module
from inspect import Parameter, getmembers, isclass, isfunction, signature
from itertools import product
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from services.kernel.contract import Error
from tests.conftest import ROOT


SERVICES = ("identity", "matching", "ledger", "rating")
BY_TIME = "OVERTAKEN"
# States that no table of moves leads through, and who says then how they follow one another.
WITHOUT_TABLE = {
    "services.identity.domain.sessions.AttemptState": "computed from what was counted",
    "services.ledger.contract.grant_runs.GrantLineState": "a line ends once, with its run",
    "services.ledger.contract.grant_runs.GrantRunState": "the functions of domain/grant_runs.py",
    "services.ledger.contract.rewards.RewardState": "offered or withdrawn, at will of an officer",
    "services.ledger.contract.programmes.ProgrammeState": "open or closed: domain/programmes.py",
    "services.ledger.domain.holds.HoldState": "computed from what was posted and released",
    "services.ledger.domain.people.WalletState": "the functions of domain/freezing.py, closing.py",
    "services.matching.domain.states.BookingState": "a booking follows its request",
}

Edge = tuple[str, str]


@dataclass(frozen=True)
class Machine:
    service: str
    module: ModuleType
    table: str

    @property
    def moves(self) -> dict[Any, Any]:
        return dict(getattr(self.module, self.table))

    @property
    def takes_acts(self) -> bool:
        return isinstance(next(iter(self.moves)), tuple)

    @property
    def states(self) -> type[StrEnum]:
        first = next(iter(self.moves))
        return type(first[0] if self.takes_acts else first)

    def follows(self, state: StrEnum, by: StrEnum) -> StrEnum | None:
        """The state that a move leads to: ``by`` is the act, or the state itself."""
        if self.takes_acts:
            return self.moves.get((state, by))
        return by if by in self.moves.get(state, ()) else None

    @property
    def pairs(self) -> list[tuple[StrEnum, StrEnum]]:
        acts = {type(key[1]) for key in self.moves} if self.takes_acts else {self.states}
        return [pair for each in acts for pair in product(self.states, each)]

    @property
    def edges(self) -> set[Edge]:
        edges = {(str(a), str(to)) for a, by in self.pairs if (to := self.follows(a, by))}
        overtaken = getattr(self.module, BY_TIME, {}) if self.takes_acts else {}
        return edges | {(str(a), str(b)) for a, b in overtaken.items()}

    @property
    def mover(self) -> Callable[[Any, Any], Any]:
        """The function of the module that reads this table, or the one that takes any."""
        functions = [
            function
            for _, function in getmembers(self.module, isfunction)
            if function.__module__ == self.module.__name__
        ]
        for function in functions:
            parameters = signature(function).parameters.values()
            needed = sum(each.default is Parameter.empty for each in parameters)
            if self.table in function.__code__.co_names and needed == 2:
                return function
        (general,) = (each for each in functions if "moves" in signature(each).parameters)
        return partial(general, self.moves)


def domain_modules(service: str) -> Iterator[tuple[Path, ModuleType]]:
    for path in sorted((ROOT / "services" / service).rglob("domain/**/*.py")):
        if path.stem != "__init__":
            yield path, import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def assigned(path: Path) -> Iterator[str]:
    """The names that a module gives a value at its top."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        yield from (each.id for each in targets if isinstance(each, ast.Name))


MACHINES = [
    Machine(service, module, name)
    for service in SERVICES
    for path, module in domain_modules(service)
    for name in assigned(path)
    if (name == "MOVES" or name.endswith("_MOVES")) and isinstance(getattr(module, name), Mapping)
]


def names(machine: Machine) -> str:
    return f"{machine.module.__name__.removeprefix('services.')}.{machine.table}"


@dataclass
class Drawing:
    """The edges of one machine in a mermaid diagram, and which names stand for which words."""

    arrows: list[Edge] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)

    @property
    def edges(self) -> set[Edge]:
        return {
            (self.words.get(a, a), self.words.get(b, b))
            for a, b in self.arrows
            if "[*]" not in a + b
        }


ARROW = re.compile(r"^(\S+) --> ([^\s:]+)")
NAMED = re.compile(r'^state "([^"]+)" as (\w+)( \{)?$')


def drawings(readme: str) -> Iterator[Drawing]:
    """Each framed part of each state diagram; of what is not framed, what hangs together."""
    for block in re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", readme, re.DOTALL):
        free = inside = Drawing()
        for line in map(str.strip, block.splitlines()):
            if found := ARROW.match(line):
                inside.arrows.append((found[1], found[2]))
            elif found := NAMED.match(line):
                if found[3]:
                    inside = Drawing()
                else:
                    inside.words[found[2]] = found[1]
            elif line == "}":
                yield inside
                inside = free
        yield from parts(free)


def parts(drawing: Drawing) -> Iterator[Drawing]:
    left = set(drawing.edges)
    while left:
        part = {left.pop()}
        while more := {each for each in left if any(set(each) & set(edge) for edge in part)}:
            part |= more
            left -= more
        yield Drawing(sorted(part))


def fits(drawn: set[Edge], machine: Machine) -> bool:
    """All moves are drawn, and nothing else but what happens to something that stays as it is."""
    more = drawn - machine.edges
    return drawn >= machine.edges and all(a == b for a, b in more)


@pytest.mark.parametrize("machine", MACHINES, ids=names)
def test_the_readme_draws_exactly_the_moves_of_every_table(machine: Machine) -> None:
    readme = (ROOT / "services" / machine.service / "README.md").read_text(encoding="utf-8")
    drawn = [each.edges for each in drawings(readme)]
    if not any(fits(edges, machine) for edges in drawn):
        nearest = max(drawn, key=lambda edges: len(edges & machine.edges))
        missing, wrong = sorted(machine.edges - nearest), sorted(nearest - machine.edges)
        pytest.fail(f"not drawn; the nearest diagram lacks {missing} and has {wrong} beside it")


@pytest.mark.parametrize("machine", MACHINES, ids=names)
def test_every_move_of_a_table_is_made_and_every_other_is_refused(machine: Machine) -> None:
    takes_state = next(iter(signature(machine.mover).parameters)) in ("state", "moves")
    for state, by in machine.pairs:
        subject = state if takes_state else SimpleNamespace(state=state)
        to = machine.follows(state, by)
        if to is not None:
            assert machine.mover(subject, by) is to, (state, by)
            continue
        # An Error where a caller asked for it, a ValueError where it would be a bug of ours.
        with pytest.raises((Error, ValueError)):
            machine.mover(subject, by)


def test_every_state_of_a_machine_is_reached_or_left() -> None:
    for machine in MACHINES:
        named = {state for edge in machine.edges for state in edge}
        assert named == set(map(str, machine.states)), names(machine)


def test_states_that_rules_speak_of_have_a_table_of_moves_or_a_reason_for_none() -> None:
    with_table = {machine.states for machine in MACHINES}
    found = {
        f"{each.__module__}.{name}"
        for service in SERVICES
        for _, module in domain_modules(service)
        for name, each in getmembers(module, isclass)
        if issubclass(each, StrEnum) and name.endswith("State") and each not in with_table
    }
    assert found == WITHOUT_TABLE.keys()
