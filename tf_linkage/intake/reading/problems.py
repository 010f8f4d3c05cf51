"""How a refusal is worded: file, line, column, rule, and how many rows; never the value.

The collecting of what is wrong with one file into one error.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from tf_linkage.errors import InputRefused

MOST_SHOWN = 10
"""Problems named in one error; the rest are counted."""


MOST_LINES = 5
"""Lines that are named of a problem of many rows."""

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
    lines: tuple[int, ...] = ()

    def __str__(self) -> str:
        """The problem in a line."""
        where = [f"{self.place} {self.line:,}"] if self.line is not None else []
        where += [f"column {self.column}"] if self.column is not None else []
        place = ", ".join(where) + ": " if where else ""
        extent = f" ({rows_said(self.rows, self.lines, self.place)})" if self.rows is not None else ""
        return f"{place}{self.rule}{extent}"


def rows_said(rows: int, lines: Sequence[int], word: str) -> str:
    """How many rows, and where the first of several stand: `17 rows: lines 4, 9, 12, 20, 31 and more`."""
    count = f"{rows:,} row{'s' if rows != 1 else ''}"
    several = lines_said(lines, word, rows).removeprefix("rows ") if len(set(lines)) > 1 else ""
    return f"{count}: {several}" if several else count


def lines_said(lines: Sequence[int], word: str, rows: int | None = None) -> str:
    """The first lines of some, in words.

    Args:
        lines: in their order, or the first of them.
        word: what a line is called, such as `line` or `sheet People, row`.
        rows: how many there are, where that is more than are given.
    """
    first = list(dict.fromkeys(lines))[:MOST_LINES]
    more = " and more" if len(first) < len(set(lines)) or (rows or 0) > len(lines) else ""
    bare = word.rpartition(" ")[2]
    return f"{bare}{'s' if len(first) > 1 else ''} {', '.join(f'{line:,}' for line in first)}{more}"


class Refused(InputRefused):
    """A file that is refused, with all its problems; the message names the first of them."""

    def __init__(self, message: str, said: Sequence[str]) -> None:
        super().__init__(message)
        self.said = tuple(said)


@dataclass
class Problems:
    """What is wrong with one file, as far as found.

    Attributes:
        file: its name.
        place: what its lines are called.
        found: the problems.
        lost: columns of the contract of which nothing is known, for a problem that was told.
        told: lines whose cell of a column was told to be wrong, by column; what follows from it is told of none.
        no_data: lines that were told to be no row of data.
    """

    file: str
    place: str = "line"
    found: list[Problem] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    told: dict[str, set[int]] = field(default_factory=dict)
    no_data: set[int] = field(default_factory=set)

    def add(
        self,
        rule: str,
        *,
        column: str | None = None,
        line: int | None = None,
        rows: int | None = None,
        lost: Iterable[str] = (),
    ) -> None:
        """Notes one more problem, and columns of which nothing is known for it."""
        self.found.append(Problem(rule, column, line, rows, self.place))
        self.lost.update(lost)

    def add_rows(
        self,
        rule: str,
        rows: Sequence[int],
        line_of: Callable[[int], int],
        column: str | None = None,
        spoils: Iterable[str] | None = None,
    ) -> None:
        """Notes a problem of some rows, from 0, if there are any: by the lines of the first, and how many.

        Args:
            rule: in words.
            rows: that break it.
            line_of: the line of a row.
            column: in which, as a message names it.
            spoils: columns of the contract whose cells are then told to be wrong; else `column`.
        """
        if self.no_data:
            rows = [row for row in rows if line_of(row) not in self.no_data]
        if not rows:
            return
        lines = tuple(line_of(int(row)) for row in heapq.nsmallest(MOST_LINES + 1, rows))
        self.found.append(Problem(rule, column, lines[0], len(rows), self.place, lines))
        for name in ([column] if column else []) if spoils is None else spoils:
            self.told.setdefault(name, set()).update(map(line_of, rows))

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
        said = [str(problem) for problem in self.found]
        if len(self.found) == 1:
            raise Refused(f"{self.file}: {self.found[0]}", said)
        shown = "".join(f"\n  {problem}" for problem in self.found[:MOST_SHOWN])
        more = len(self.found) - MOST_SHOWN
        rest = f"\n  and {more} more" if more > 0 else ""
        raise Refused(f"{self.file}: {len(self.found)} problems{shown}{rest}", said)
