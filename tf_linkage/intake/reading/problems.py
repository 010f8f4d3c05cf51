"""How a refusal is worded: file, line, column, rule, and how many rows; never the value.

The collecting of what is wrong with one file into one error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from tf_linkage.errors import InputRefused

MOST_SHOWN = 10
"""Problems named in one error; the rest are counted."""


LONGEST_FIELD = 10_000
"""Bytes of a field, whatever file it comes from. No field of any contract comes near it; a longer one is an
unclosed quote or an attack."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a file."""

    rule: str
    column: str | None = None
    line: int | None = None
    rows: int | None = None
    place: str = "line"

    def __str__(self) -> str:
        """The problem in a line."""
        where = [f"{self.place} {self.line:,}"] if self.line is not None else []
        where += [f"column {self.column}"] if self.column is not None else []
        place = ", ".join(where) + ": " if where else ""
        extent = f" ({self.rows:,} row{'s' if self.rows != 1 else ''})" if self.rows is not None else ""
        return f"{place}{self.rule}{extent}"


@dataclass
class Problems:
    """What is wrong with one file, as far as found; `place` is what its lines are called."""

    file: str
    place: str = "line"
    found: list[Problem] = field(default_factory=list)

    def add(
        self, rule: str, *, column: str | None = None, line: int | None = None, rows: int | None = None
    ) -> None:
        """Notes one more problem."""
        self.found.append(Problem(rule, column, line, rows, self.place))

    def add_rows(
        self, rule: str, rows: Sequence[int], line_of: Callable[[int], int], column: str | None = None
    ) -> None:
        """Notes a problem of some rows, from 0, if there are any: by the line of the first, and how many."""
        if len(rows):
            self.add(rule, column=column, line=line_of(int(min(rows))), rows=len(rows))

    def refuse_rows(self, rule: str, rows: Sequence[int], line_of: Callable[[int], int]) -> NoReturn:
        """Refuses the file for what is wrong with some of its rows."""
        self.add_rows(rule, rows, line_of)
        self.refuse_if_any()
        raise AssertionError("unreachable: a problem was just noted")

    def refuse(self, rule: str, *, column: str | None = None, line: int | None = None) -> NoReturn:
        """Notes a problem after which nothing more can be read, and refuses the file."""
        self.add(rule, column=column, line=line)
        self.refuse_if_any()
        raise AssertionError("unreachable: a problem was just noted")

    def refuse_if_any(self) -> None:
        """Refuses the file if anything is wrong with it.

        Raises:
            InputRefused: names the file and its first problems.
        """
        if not self.found:
            return
        if len(self.found) == 1:
            raise InputRefused(f"{self.file}: {self.found[0]}")
        shown = "".join(f"\n  {problem}" for problem in self.found[:MOST_SHOWN])
        more = len(self.found) - MOST_SHOWN
        rest = f"\n  and {more} more" if more > 0 else ""
        raise InputRefused(f"{self.file}: {len(self.found)} problems{shown}{rest}")
