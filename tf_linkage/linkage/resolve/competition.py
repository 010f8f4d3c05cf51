"""Pairs that compete for a record: their groups, and the best assignment within each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SMALL = 10_000
"""Cells of a group's table up to which it is assigned here; a larger one is worth the import of scipy.optimize."""


def best_of(left: NDArray[np.int64], right: NDArray[np.int64], gain: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of the pairs in the assignment of greatest total gain, group by group of competing pairs.

    Args:
        left: left record of each pair, numbered from 0.
        right: right person of each pair, numbered from 0.
        gain: what each pair adds, positive; a pair is given once.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for at, group in enumerate(groups_of(left, right).tolist()):
        groups[group].append(at)
    chosen: list[int] = []
    for members in groups.values():
        rows = {record: at for at, record in enumerate(sorted({int(left[at]) for at in members}))}
        columns = {person: at for at, person in enumerate(sorted({int(right[at]) for at in members}))}
        table = [[0.0] * len(columns) for _ in rows]
        cells: dict[tuple[int, int], int] = {}
        for at in members:
            cell = rows[int(left[at])], columns[int(right[at])]
            table[cell[0]][cell[1]] = float(gain[at])
            cells[cell] = at
        chosen += [cells[cell] for cell in assignment(table) if cell in cells]
    return np.array(chosen, dtype=np.int64)


def groups_of(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each pair, the same for pairs that are connected by records they share."""
    others = right + int(left.max()) + 1
    group = np.arange(int(others.max()) + 1)
    while True:
        least = np.minimum(group[left], group[others])
        nearer = group.copy()
        np.minimum.at(nearer, left, least)
        np.minimum.at(nearer, others, least)
        nearer = nearer[nearer]
        if np.array_equal(nearer, group):
            found: NDArray[np.int64] = group[left]
            return found
        group = nearer


def assignment(gains: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The cells of a table, one of each row or of each column, whose gains have the greatest sum.

    Shortest augmenting paths (Crouse 2016, doi 10.1109/TAES.2016.140952), as in `scipy.optimize`, whose import
    costs more than all small groups of a linkage together; among equal sums the same cells are chosen.
    """
    if len(gains) * len(gains[0]) > _SMALL:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

        rows, columns = linear_sum_assignment(np.array(gains), maximize=True)
        return list(zip(rows.tolist(), columns.tolist(), strict=True))
    if len(gains[0]) < len(gains):
        return sorted((row, column) for column, row in assignment(list(zip(*gains, strict=True))))
    costs = [[-gain for gain in row] for row in gains]
    prices = [0.0] * len(costs), [0.0] * len(costs[0])
    column_of, row_of = [-1] * len(costs), [-1] * len(costs[0])
    for row in range(len(costs)):
        _augment(row, costs, prices, column_of, row_of)
    return list(enumerate(column_of))


def _augment(
    start: int,
    costs: list[list[float]],
    prices: tuple[list[float], list[float]],
    column_of: list[int],
    row_of: list[int],
) -> None:
    """Assign one more row by the cheapest path to a free column, moving rows along it."""
    of_rows, of_columns = prices
    cheapest = [float("inf")] * len(row_of)
    before = [-1] * len(row_of)
    open_columns = list(range(len(row_of)))[::-1]
    reached, passed = [start], []
    so_far, row = 0.0, start
    while True:
        nearest, at = float("inf"), -1
        for place, column in enumerate(open_columns):
            cost = so_far + costs[row][column] - of_rows[row] - of_columns[column]
            if cost < cheapest[column]:
                cheapest[column], before[column] = cost, row
            if cheapest[column] < nearest or (cheapest[column] == nearest and row_of[column] < 0):
                nearest, at = cheapest[column], place
        so_far, column = nearest, open_columns[at]
        passed.append(column)
        open_columns[at] = open_columns[-1]
        open_columns.pop()
        if row_of[column] < 0:
            break
        row = row_of[column]
        reached.append(row)
    of_rows[start] += so_far
    for row in reached[1:]:
        of_rows[row] += so_far - cheapest[column_of[row]]
    for each in passed:
        of_columns[each] -= so_far - cheapest[each]
    while column >= 0:
        row = before[column]
        row_of[column] = row
        column_of[row], column = column, column_of[row]
