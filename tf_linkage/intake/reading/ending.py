"""How a file of text ends: a last line without an end is what a cut leaves when it falls into the last cell.

A cut anywhere else leaves a row too short, which its structure tells. In the last cell it leaves a sound row with a
shorter key, postcode or word.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from tf_linkage.intake.reading.problems import Problems

LEAST_OTHERS = 9
"""Other cells of one width from which a shorter last one is no accident."""

NO_END = (
    "the last line has no end, as a file has that was cut off; were it cut in the last cell, nobody could tell. "
    "Compare its number of rows and its last row with the system's"
)


def ending(data: bytes, cells: pl.DataFrame, line_of: Callable[[int], int], problems: Problems) -> tuple[str, ...]:
    """What is to be noted of a file's end.

    Args:
        data: the file as UTF-8.
        cells: of its rows as text, null where blank; no footer stands below them.
        line_of: the line of each row.
        problems: where problems are noted.

    Raises:
        InputRefused: the last line has no end, and its last cell is shorter than those of all other rows, which are
            of one width.
    """
    if not cells.height or data.endswith((b"\n", b"\r")):
        return ()
    lengths = cells.to_series(cells.width - 1).fill_null("").str.len_chars()
    others, last = lengths.head(-1), int(lengths[-1])
    if len(others) >= LEAST_OTHERS and others.n_unique() == 1 and last < int(others[0]):
        problems.refuse(
            "the file was cut off: its last line has no end, and its last cell is shorter than in every other row",
            line=line_of(cells.height - 1),
        )
    return (NO_END,)
