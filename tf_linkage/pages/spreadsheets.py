"""Published tables as files that a spreadsheet opens without harm.

The writing of CSV files that leave.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tf_linkage.fresh import fresh_beside

DANGEROUS = r"^[=+\-@\t\r\n]"
"""First characters that make a spreadsheet take a cell for a formula, or hide one."""


def write_csv(table: pl.LazyFrame, path: Path) -> Path:
    """Writes a published table as CSV, all or nothing, its text safe for spreadsheets.

    Args:
        table: any published table.
        path: the file; replaced as a whole.

    Returns:
        The file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = fresh_beside(path)
    try:
        spreadsheet_safe(table).collect().write_csv(fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return path


def spreadsheet_safe(table: pl.LazyFrame) -> pl.LazyFrame:
    """The table with an apostrophe before any text that a spreadsheet would run as a formula."""
    schema = table.collect_schema()
    texts = [name for name, dtype in schema.items() if isinstance(dtype, pl.String | pl.Enum | pl.Categorical)]
    return table.with_columns(_safe(pl.col(name).cast(pl.String)).alias(name) for name in texts)


def _safe(cell: pl.Expr) -> pl.Expr:
    return pl.when(cell.str.contains(DANGEROUS)).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell)
