"""Some rows of a table of arrays, column by column as they are asked for.

Choosing rows. Most kernels need a few of the forty columns of a person, and copying the others costs more than
drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

Table = Mapping[str, NDArray[Any]]
"""Columns by name, all of one length."""


class Chosen(Table):
    """Rows of a table, and columns laid over them.

    Args:
        table: columns by name.
        rows: positions in it, or a mask.
        over: columns of the chosen rows that replace the table's or join them.
    """

    def __init__(self, table: Table, rows: NDArray[Any], over: Table | None = None) -> None:
        self._table, self._rows = table, rows
        self._taken: dict[str, NDArray[Any]] = dict(over or {})

    def __getitem__(self, name: str) -> NDArray[Any]:
        values = self._taken.get(name)
        if values is None:
            values = self._taken[name] = self._table[name][self._rows]
        return values

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys([*self._table, *self._taken])

    def __len__(self) -> int:
        return sum(1 for _ in self)
