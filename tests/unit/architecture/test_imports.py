"""Who may import whom. The folder names are the architecture; these tests keep them honest."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest


ROOT = Path(__file__).parents[3]
MODULES = sorted(
    path
    for folder in ("services", "gateway")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
DOMAINS = [path for path in MODULES if path.name == "domain.py" or path.parent.name == "domain"]
PURE = {"collections", "dataclasses", "datetime", "enum", "functools", "itertools", "math", "re"}
PURE |= {
    "types",
    "typing",
    "uuid",
    "zoneinfo",
    "hashlib",
    "heapq",
    "hmac",
    "unicodedata",
    "operator",
    "csv",
    "fractions",
}
PURE_OF_KERNEL = (
    "services.kernel.caller",
    "services.kernel.calendar",
    "services.kernel.sheets",
)
# About 400, as the style asks; contracts are lists and may be a little longer.
MOST_LINES = 440
IMPURE_NAMES = {"now", "today", "utcnow", "uuid4", "random", "time"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_service_imports_nothing_of_another_but_its_contract(path: Path) -> None:
    here = ".".join(path.relative_to(ROOT).parts[:2])
    for name in imports(path):
        if name.startswith("services.") and not name.startswith((here + ".", "services.kernel")):
            assert name.split(".")[2] == "contract", f"{name} is private to its service"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_services_do_not_know_the_gateway(path: Path) -> None:
    if path.relative_to(ROOT).parts[0] == "services" and path.name != "launcher.py":
        assert not any(name.startswith("gateway") for name in imports(path))


@pytest.mark.parametrize("path", DOMAINS, ids=name_of)
def test_a_domain_knows_nothing_but_python_and_contracts(path: Path) -> None:
    service = path.relative_to(ROOT).parts[1]
    # The verifier is the one file of the ledger that a holder may take away: pure by its purpose.
    own = tuple(f"services.{service}.{room}" for room in ("domain", "contract", "verifier"))
    for name in imports(path):
        pure = name.split(".")[0] in PURE
        contract = name.startswith("services.") and ".contract" in name
        kernel = name.startswith(PURE_OF_KERNEL)
        assert pure or contract or kernel or name.startswith(own), f"{name} does not belong here"


@pytest.mark.parametrize("path", DOMAINS, ids=name_of)
def test_a_domain_reads_no_clock_and_draws_no_lots(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in IMPURE_NAMES, f"{node.func.attr}() at line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_says_in_a_sentence_what_it_is_and_stays_readable(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a sentence on top is missing"
    assert is_index(tree) or len(text.splitlines()) <= MOST_LINES


def is_index(tree: ast.Module) -> bool:
    """Whether a module only gathers names, as a contract's front does: read by searching in it."""
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        for node in tree.body
    )


def test_nothing_requeues_in_a_hot_loop() -> None:
    for path in MODULES:
        assert "requeue_on_error" not in path.read_text(), name_of(path)
