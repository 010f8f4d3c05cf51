"""What is proposed for one column of the contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
