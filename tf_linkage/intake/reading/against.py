"""A table against every rule of its contract; what follows from a cell that was told is not told again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import Identity
from tf_linkage.contracts.columns import ColumnInfo, columns_of, schema_of
from tf_linkage.intake.reading.cells import is_key
from tf_linkage.intake.reading.problems import Problems

_ROW = "row_in_file"
OPEN_END = "an extract cannot hold what had not happened; write an open end as an empty cell"

Line = Callable[[int], int]


def against_contract(frame: pl.DataFrame, table: type[dy.Schema], problems: Problems, line_of: Line) -> None:
    """Notes what in a table is against its contract.

    Args:
        frame: the table; cells that were told to be wrong are null.
        table: the contract.
        problems: where problems are noted.
        line_of: the line of a row.
    """
    if not frame.height:
        if issubclass(table, Identity):
            problems.add("there are no rows below the header")
        return

    class Numbered(table):  # type: ignore[misc, valid-type]
        row_in_file = dy.UInt32(nullable=False)

    failures = Numbered.filter(frame.with_row_index(_ROW).select(list(schema_of(Numbered))))[1]
    details = failures.details()
    columns = {column.name: column for column in columns_of(table)}
    spoilt = _spoilt(frame, problems, line_of)
    for rule in failures.counts():
        broken = details.filter(pl.col(rule) == "invalid").get_column(_ROW).to_list()
        column, words = _in_words(rule, table)
        used = _used(rule, column, table)
        if any(name in problems.lost and (column or not is_key(columns[name])) for name in used):
            continue
        without = _with_their_group(frame, [columns[name] for name in used], spoilt, problems.lost)
        problems.add_rows(words, [row for row in broken if row not in without], line_of, column)


def by_the_day(
    frame: pl.DataFrame,
    table: type[dy.Schema],
    problems: Problems,
    line_of: Line,
    *,
    day: dt.date | None,
    said: str,
) -> pl.DataFrame:
    """The table without days after a day, which are noted: what else they break follows from it.

    Args:
        frame: the table.
        table: the contract.
        problems: where problems are noted.
        line_of: the line of a row.
        day: the last one that a cell may have; None where nobody says it.
        said: what that day is, in words.
    """
    if day is None:
        return frame
    for column in columns_of(table):
        if isinstance(column.dtype, pl.Date):
            late = (frame.get_column(column.name) > day).fill_null(value=False)
            problems.add_rows(f"after {said} ({day}); {OPEN_END}", late.arg_true().to_list(), line_of, column.name)
            frame = frame.with_columns(pl.when(~late).then(column.name).alias(column.name)) if late.any() else frame
    return frame


def _spoilt(frame: pl.DataFrame, problems: Problems, line_of: Line) -> dict[str, set[int]]:
    """Rows, from 0, whose cell of a column was told to be wrong."""
    if not problems.told and not problems.no_data:
        return {}
    lines = [line_of(row) for row in range(frame.height)]
    return {
        name: {
            row for row, line in enumerate(lines) if line in problems.told.get(name, ()) or line in problems.no_data
        }
        for name in frame.columns
    }


def _used(rule: str, column: str | None, table: type[dy.Schema]) -> list[str]:
    """The columns of which a rule speaks."""
    if column:
        return [column]
    if rule == "primary_key":
        return list(table.primary_key())
    names = table._validation_rules(with_cast=False)[rule].expr.meta.root_names()
    return list(dict.fromkeys(names))


def _with_their_group(
    frame: pl.DataFrame, used: list[ColumnInfo], spoilt: dict[str, set[int]], lost: set[str]
) -> set[int]:
    """Rows of which a rule says nothing: those with a spoilt cell of its own, and others of their family."""
    rows = {row for column in used for row in spoilt.get(column.name, ())}
    keys = [column.name for column in used if is_key(column) and column.name not in lost]
    blank = frame.select(pl.any_horizontal(pl.col(name).is_null() for name in keys)).to_series() if keys else None
    if blank is not None and len(used) > 1:
        rows |= set(blank.arg_true().to_list())
    if rows and keys and len(keys) < len(used):
        groups = frame.select(pl.struct(keys).alias("_keys")).to_series()
        told = groups.gather(sorted(rows))
        rows |= set(groups.is_in(told.implode()).arg_true().to_list())
    return rows


def _in_words(rule: str, table: type[dy.Schema]) -> tuple[str | None, str]:
    """The column a broken rule speaks of, if one, and the rule in words."""
    if rule == "primary_key":
        return None, f"more than one row with the same {' and '.join(table.primary_key())}"
    column, _, kind = rule.rpartition("|")
    said = {
        "nullability": "the cell is blank",
        "min_length": "the cell is blank",
        "regex": "not of the form that the contract gives",
        "min": "below the least value allowed",
        "max": "above the greatest value allowed",
    }
    if column:
        bound = getattr(table.columns()[column], kind, None) if kind in ("min", "max") else None
        return column, said.get(kind, kind.replace("_", " ")) + (f" ({bound})" if bound else "")
    return None, f"against the rule: {kind.replace('_', ' ')}"
