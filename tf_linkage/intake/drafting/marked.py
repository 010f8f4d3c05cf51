"""Rows that a file itself marks as none to be sent: copies, tests, what was entered in error."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from tf_linkage.intake.mapping.meanings import folded

_NO_RECORD = re.compile(
    r"(?:marked as )?(?:a )?(?:dup|dupe|duplicate[ds]?|duplicate record|test|test (?:record|case|data)|"
    r"(?:entered |recorded |created )?in error|deleted|void|invalid)"
)
MOST = 0.2
"""Share of rows from which a mark is no exception, and so something else."""


@dataclass(frozen=True)
class Marked:
    """A column that marks rows.

    Attributes:
        theirs: header.
        words: that mark a row, as they are written.
        rows: how many.
    """

    theirs: str
    words: tuple[str, ...]
    rows: int


def marked_rows(cells: pl.DataFrame) -> list[Marked]:
    """Columns of few words, some of which say that a row is no record.

    Args:
        cells: of the file.
    """
    found = []
    for theirs in cells.columns:
        known = cells[theirs].drop_nulls()
        words = tuple(word for word in known.unique().sort() if _NO_RECORD.fullmatch(folded(word)))
        rows = int(known.is_in(words).sum()) if words else 0
        if 0 < rows <= MOST * cells.height and known.n_unique() > len(words):
            found.append(Marked(theirs, words, rows))
    return found


def without_marked(cells: pl.DataFrame, marked: list[Marked]) -> pl.DataFrame:
    """The cells of the other rows."""
    for one in marked:
        cells = cells.filter(~pl.col(one.theirs).is_in(one.words).fill_null(value=False))
    return cells
