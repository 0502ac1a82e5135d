"""Minimum-cost matching on a sparse graph, by SciPy (docs/decisions/ says why)."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from services.matching.domain.dispatch import Choice


# SciPy takes a cost of nothing for no edge.
ONE_METRE = 1.0


def solve(choices: Sequence[Choice], left: dict[int, float]) -> dict[int, int | None]:
    """The helper of each task of ``left``, or None, so that the costs add up to the least.

    Every task has a column of its own that stands for being left unserved, at its price; so there
    always is a full matching, and the best one serves as many as possible.

    >>> solve([Choice(0, 7, 10.0), Choice(1, 7, 12.0), Choice(1, 8, 90.0)], {0: 1e7, 1: 1e7})
    {0: 7, 1: 8}
    """
    if not left:
        return {}
    tasks = list(left)
    helpers = sorted({choice.helper for choice in choices})
    row_of = {task: row for row, task in enumerate(tasks)}
    column_of = {helper: column for column, helper in enumerate(helpers)}
    own = range(len(helpers), len(helpers) + len(tasks))
    rows = np.array([row_of[c.task] for c in choices] + list(range(len(tasks))), dtype=np.int32)
    columns = np.array([column_of[c.helper] for c in choices] + list(own), dtype=np.int32)
    costs = np.array([c.cost for c in choices] + list(left.values())) + ONE_METRE
    shape = (len(tasks), len(helpers) + len(tasks))
    graph = coo_array((costs, (rows, columns)), shape=shape).tocsr()
    matched_rows, matched_columns = min_weight_full_bipartite_matching(graph)
    found: dict[int, int | None] = dict.fromkeys(tasks)
    for row, column in zip(matched_rows.tolist(), matched_columns.tolist(), strict=True):
        if column < len(helpers):
            found[tasks[row]] = helpers[column]
    return found
