"""Cells of the page's tables: both groups side by side, and next to each figure what protecting it cost.

The writing of a released share or cost as cells, and as rows of a chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from tf_linkage.disclosure.findings_page.words import GROUPS, points
from tf_linkage.pages.words import with_interval

Row = Mapping[str, object]

WITHHELD = "withheld"
PRICE = "± rounding"
"""Head of the column with what rounding may have moved the figure by, in percentage points."""

HEAD = ("", *(name for group in GROUPS.values() for name in (group, PRICE)))


def plain(table: pl.LazyFrame) -> pl.DataFrame:
    """A published table with its codes as text."""
    return table.with_columns(pl.selectors.enum().cast(pl.String)).collect()


def both_groups(rows: pl.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each cell, in the order of the rows, its share in each group and what rounding may have moved it by."""
    for key, of in rows.group_by(by, maintain_order=True):
        found = {row["study_group"]: _share(row) for row in of.iter_rows(named=True)}
        yield tuple(map(str, key)), tuple(cell for group in GROUPS for cell in found.get(group, ("–", "")))


def drawn(rows: pl.DataFrame, level: Sequence[str], *, value: str = "share") -> list[dict[str, object]]:
    """Released rows as a chart of intervals wants them, withheld ones included.

    Args:
        rows: of a published table.
        level: the words of each row's line.
        value: column of the figure.
    """
    return [
        {"level": words, "panel": GROUPS[row["study_group"]], "value": row[value], "low": row["low"],
         "high": row["high"]}
        for words, row in zip(level, rows.iter_rows(named=True), strict=True)
    ]  # fmt: skip


def any_shown(rows: Sequence[Row]) -> bool:
    """Whether a chart of these rows would show anything."""
    return any(row["value"] is not None for row in rows)


def _share(row: Row) -> tuple[str, str]:
    if row["share"] is None:
        return WITHHELD, ""
    moved = row["moved_by_rounding"]
    return with_interval({**row, "value": row["share"]}), points(moved if isinstance(moved, float) else None)
