"""One cell of a table, played: it succeeds, or it is refused and leaves no trace."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from gateway.routes import ROUTES
from services.kernel.caller import Caller
from services.kernel.contract import Error
from tests.integration.conftest import Running
from tests.integration.rights.stages import Scene, stages_of
from tests.integration.rights.table import MAY, MAY_NOT, NOTHING, PART, WHOLE, Cell, Row


# What keeps a refusal for a repetition of it, and what events and relays touch meanwhile.
BOOKKEEPING = ("idempotency_keys", "inbox")
QUERIES = {route.operation for route in ROUTES if route.method == "GET"}
MOST_TRIES = 4
CODES = {MAY_NOT: "forbidden", "401": "unauthenticated"}


class Play:
    """A running service, its cast, and the scenes that several cells share."""

    def __init__(self, service: Running, cast: Any, staff: Mapping[str, Caller]):
        self.service, self.cast = service, cast
        self.staff = {"nobody": Caller(), **staff}
        self.stages = stages_of(service.name)
        self.shared: dict[tuple[str, bool], Scene] = {}
        self.traces = text(self.trace_of_each_table())
        # As it was after the last refusal, if nothing has been played since.
        self.last_trace: list[Any] = []

    def trace_of_each_table(self) -> str:
        """A statement that answers differently after any row was added, changed or deleted."""
        with self.service.session() as session:
            names = session.scalars(
                text("select tablename from pg_tables where schemaname = 'public'")
            )
            traces = [
                f"select '{name}', count(*), max(xmin::text::bigint) from \"{name}\""
                for name in sorted(names)
                if name not in BOOKKEEPING
            ]
        return " union all ".join(traces)

    def trace(self) -> list[Any]:
        with self.service.engine.connect() as connection:
            return sorted(tuple(row) for row in connection.execute(self.traces))

    def scene(self, row: Row) -> Scene:
        self.last_trace = []
        return self.stages[row.name](self.cast)

    def shared_scene(self, row: Row) -> Scene:
        """One for all who change nothing: who reads, and who is refused."""
        # What is shown is played last, when other rows may have overtaken the first scene.
        key = (row.name, bool(row.field))
        if key not in self.shared:
            self.shared[key] = self.scene(row)
        return self.shared[key]

    def call(self, cell: Cell, scene: Scene) -> Any:
        caller = {**self.staff, **scene.people}[cell.persona]
        return self.service.call(cell.row.operation, scene.payload, caller, now=scene.now)

    def check(self, cell: Cell) -> None:
        if cell.row.field:
            self.check_shown(cell, self.shared_scene(cell.row))
        elif cell.expected == MAY:
            is_query = cell.row.operation in QUERIES
            self.last_trace = []
            self.call(cell, self.shared_scene(cell.row) if is_query else self.scene(cell.row))
        else:
            self.check_refusal(cell, self.shared_scene(cell.row))

    def check_shown(self, cell: Cell, scene: Scene) -> None:
        shown = self.call(cell, scene)[cell.row.field]
        whole = scene.truth[cell.row.field]
        kind = NOTHING if shown is None else WHOLE if shown == whole else PART
        assert kind == cell.expected, f"{cell.row.field}: {shown}"

    def check_refusal(self, cell: Cell, scene: Scene) -> None:
        # Timers of the service may be at work just then; that of jobs takes them, then ends them.
        traceless = any(self.refused_without_trace(cell, scene) for _ in range(MOST_TRIES))
        assert traceless, "it was refused and changed something"

    def refused_without_trace(self, cell: Cell, scene: Scene) -> bool:
        before = self.last_trace or self.trace()
        with pytest.raises(Error) as refused:
            self.call(cell, scene)
        code = refused.value.code
        if cell.expected in CODES:
            assert code == CODES[cell.expected]
        else:
            assert str(refused.value.status) == cell.expected, code
            assert code not in CODES.values(), "the rules should refuse it, not a missing right"
        self.last_trace = self.trace()
        return self.last_trace == before
