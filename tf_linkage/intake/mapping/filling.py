"""Columns of which a cell is written once, at the first of several rows, and left blank or merged below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from tf_linkage.intake.mapping.source import Source
from tf_linkage.intake.mapping.workbook import MERGED
from tf_linkage.intake.reading.problems import Problems


def filled_down(source: Source, columns: Sequence[str], problems: Problems) -> Source:
    """The cells, each blank one of some columns with what stands above it.

    Rows belong together from one filled cell of the first column to the next; no cell of another column is filled
    with what stands above those. A row in which nothing else stands stays blank. Cells that are merged in these
    columns are no fault.

    Args:
        source: the file's cells.
        columns: headers that the mapping fills down, that by which rows belong together first.
        problems: where it is noted that a column is not there, or that nothing stands above the first rows.
    """
    if missing := sorted(set(columns) - set(source.cells.columns)):
        problems.add(f"fill_down: the file lacks {', '.join(missing)}")
    if missing or not columns:
        return source
    cells, notes, key = source.cells, list(source.notes), columns[0]
    others = [pl.col(name).is_not_null() for name in cells.columns if name not in columns]
    written = cells.select(pl.any_horizontal(*others, pl.col(key).is_not_null()))[:, 0]
    together = cells[key].is_not_null().cum_sum()
    problems.add_rows(
        "nothing stands above it to fill it with (fill_down)",
        (written & (together == 0)).arg_true().to_list(),
        source.line_of,
        key,
    )
    for name in columns:
        filled = cells.select(
            pl.when(written).then(pl.col(name).forward_fill().over(together)).otherwise(pl.col(name))
        )[:, 0]
        count = int((cells[name].is_null() & filled.is_not_null()).sum())
        notes.append(f"{count:,} blank cells of {name} say what the one above says, as the mapping has it")
        cells = cells.with_columns(filled.alias(name))
    faults = {
        rule: {name: rows for name, rows in found.items() if rule != MERGED or name not in columns}
        for rule, found in source.faults.items()
    }
    return replace(source, cells=cells, notes=tuple(notes), faults=faults)


LEAST_BLANK = 0.2
"""Share of blank cells from which a column that may not be blank was written once for several rows."""


def written_once(cells: pl.Series) -> bool:
    """Whether a column looks as if each of its values were written once for several rows below each other.

    Its first cell is filled, no value stands twice, and a share of at least `LEAST_BLANK` of its cells is blank.
    """
    known = cells.drop_nulls()
    if not len(known) or cells[0] is None or cells.null_count() < LEAST_BLANK * len(cells):
        return False
    return known.n_unique() == len(known)


def written_with(key: pl.Series, cells: pl.Series) -> bool:
    """Whether a column has nothing in any row in which a key that was written once is blank."""
    return cells.null_count() < len(cells) and not (key.is_null() & cells.is_not_null()).any()
