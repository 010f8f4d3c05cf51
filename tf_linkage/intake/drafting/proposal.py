"""What is proposed for one column of the contract, and what was found for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

from tf_linkage.contracts.bodies.council import FIRST_OF_SEVERAL
from tf_linkage.intake.drafting.marked import Marked
from tf_linkage.intake.mapping.model import File
from tf_linkage.intake.reading.problems import lines_said

MOSTLY = 0.8
"""Share of the cells from which a form is a column's, and the others are to be looked at."""


@dataclass
class Proposal:
    """What is proposed for one column of the contract.

    Attributes:
        theirs: header.
        forms: in which its days are written; empty where they need none or nobody can tell.
        label: where in `1 - Male` the code stands.
        number: how its numbers are written.
        whole_as_decimal: whether whole numbers end in `.0`.
        either_way: whether day and month may be turned round.
        spellings: their spelling, our code.
        blank: words that stand for nothing in this column.
        doubts: what a person must say of it.
        notes: what the values settled, and how.
        by: what it was taken for the column by, where that is not its name: `words` of the name, or `values`.
        places: doubts of single cells, each with their rows, from 0.
        misfits: whether its values are of another kind.
    """

    theirs: str
    forms: list[str] = field(default_factory=list)
    label: str | None = None
    number: dict[str, str] = field(default_factory=dict)
    whole_as_decimal: bool = False
    either_way: bool = False
    spellings: dict[str, str] = field(default_factory=dict)
    blank: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by: Literal["name", "words", "values"] = "name"
    places: list[tuple[str, list[int]]] = field(default_factory=list)
    misfits: bool = False

    def place(self, line_of: Callable[[int], int], word: str) -> None:
        """Says of doubts of single cells where these stand.

        Args:
            line_of: the line of a row.
            word: what lines are called.
        """
        self.doubts += [
            f"{said} ({lines_said([line_of(row) for row in rows], word)})" for said, rows in self.places
        ]
        self.places = []


@dataclass
class LookedUp:
    """Columns of a second table.

    Attributes:
        file: in which it stands.
        here: column of the first table.
        there: column of the second that holds the same.
        columns: name under which it can be used: its column.
        ignore: its other columns.
        layout: how it is written.
        ranked: columns by which one of several rows is chosen, with what comes first.
        keep: column and words of the rows that count, where others do not.
        doubts: what a person must say of it.
        notes: what the values settled.
    """

    file: str
    here: str
    there: str
    columns: dict[str, str]
    ignore: list[str]
    layout: File
    ranked: dict[str, str] = field(default_factory=dict)
    keep: tuple[str, list[str]] | None = None
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def rank(self, theirs: str, first: str) -> None:
        """Chooses by one more column."""
        self.ranked[theirs] = first


@dataclass
class FoundList:
    """A column of which a cell lists several codes.

    Attributes:
        theirs: header.
        by: what stands between the words.
        fills: columns of the contract of which the codes are.
        codes: their words and our codes, empty where nobody can tell or there is none.
        doubts: what a person must say of it.
    """

    theirs: str
    by: str
    fills: list[str]
    codes: dict[str, str]
    doubts: list[str] = field(default_factory=list)

    def order(self) -> list[str]:
        """Which code counts where a cell has two of one column, as the contract puts them."""
        return [code for name in self.fills for code in FIRST_OF_SEVERAL[name]]


@dataclass
class Found:
    """What was found for the contract's columns; `councils` are the codes that the sender's name may mean."""

    rename: dict[str, Proposal] = field(default_factory=dict)
    join: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)
    flags: dict[str, dict[str, str]] = field(default_factory=dict)
    yes: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    wholes: str | None = None
    split: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    lists: list[FoundList] = field(default_factory=list)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    lookups: list[LookedUp] = field(default_factory=list)
    councils: tuple[str, ...] = ()
    marked: list[Marked] = field(default_factory=list)

    def join_on(self, other: Found, names: dict[str, str]) -> None:
        """Adds what was found in a second table, under the names by which its columns are used here."""
        for ours, made in other.rename.items():
            self.rename[ours] = replace(made, theirs=names[made.theirs])
        if other.join:
            self.join = [names[theirs] for theirs in other.join]
        self.parts = self.parts or {part: names[theirs] for part, theirs in other.parts.items()}
        for problem, columns in other.flags.items():
            self.flags.setdefault(problem, {code: names[theirs] for code, theirs in columns.items()})
        self.yes |= {problem: marks for problem, marks in other.yes.items() if problem not in self.yes}
        for name, marks in other.missing.items():
            self.missing[name] = sorted({*self.missing.get(name, []), *marks})
        self.split |= {ours: (names[theirs], by, part) for ours, (theirs, by, part) in other.split.items()}
        self.lists += [replace(one, theirs=names[one.theirs]) for one in other.lists]
        for mine, theirs_said in ((self.doubts, other.doubts), (self.notes, other.notes)):
            for name, said in theirs_said.items():
                mine.setdefault(name, []).extend(said)

    def used(self) -> set[str]:
        """Columns of the file that are used."""
        flagged = {theirs for columns in self.flags.values() for theirs in columns.values()}
        flagged |= {one.theirs for one in self.marked}
        flagged |= {one.theirs for one in self.lists} | {theirs for theirs, _, _ in self.split.values()}
        return {one.theirs for one in self.rename.values()} | {*self.join, *self.parts.values()} | flagged

    def filled(self) -> set[str]:
        """Columns of the contract that something fills."""
        return (
            {*self.rename, *self.flags, *self.given, *self.split}
            | {ours for one in self.lists for ours in one.fills}
            | ({"address"} if self.join else set())
            | ({"date_of_birth"} if self.parts else set())
        )
