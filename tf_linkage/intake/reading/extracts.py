"""A body's extract, read from a file into its contract, or refused with file, line, column and rule.

The reading of one table.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import dataframely as dy
import polars as pl

from tf_linkage.contracts.bodies.identity import Identity
from tf_linkage.contracts.columns import ColumnInfo, columns_of, schema_of
from tf_linkage.contracts.registry import extract_tables
from tf_linkage.errors import InputRefused
from tf_linkage.intake.reading.cells import SYNONYMS, typed
from tf_linkage.intake.reading.problems import Problems
from tf_linkage.intake.reading.structure import cells_of, structure_of

FORMS = (".csv", ".parquet")

_ROW = "row_in_file"

Line = Callable[[int], int]


def read_extract(folder: Path, table: str) -> pl.LazyFrame:
    """Reads one table of a body's extract, such as `council_cohort` from council_cohort.csv or .parquet.

    Strict: what does not keep the contract is refused, never mended, padded or skipped. Accepted next to the
    contract's own spellings are `sex` for `gender`, M/F/1/2, days as dd/mm/yyyy where the whole column is, and
    yes/no/1/0. Blank cells are null. Columns may stand in any order.

    Args:
        folder: where the extracts lie.
        table: one of `registry.extract_tables()`.

    Returns:
        The table of its contract, rows in the order of the file.

    Raises:
        InputRefused: names file, line or row, column and rule of the first ten problems, and how many rows each
            concerns; never a value.
    """
    tables = extract_tables()
    if table not in tables:
        raise InputRefused(f"no body hands over a table named {table}; known are {', '.join(tables)}")
    path = _the_file(folder, table)
    read = _from_csv if path.suffix == ".csv" else _from_parquet
    return read(path, tables[table]).lazy()


def _the_file(folder: Path, table: str) -> Path:
    present = [path for form in FORMS if (path := folder / f"{table}{form}").is_file()]
    if not present:
        raise InputRefused(
            f"{table}.csv (or {table}.parquet) is missing in {folder}; every body's tables must be there"
        )
    if len(present) > 1:
        raise InputRefused(f"{table} is there twice, as .csv and as .parquet, in {folder}; remove one")
    return present[0]


def _from_csv(path: Path, table: type[dy.Schema]) -> pl.DataFrame:
    problems = Problems(path.name)
    structure = structure_of(path.read_bytes(), problems)
    header = _known_names(structure.header, table, problems)
    text = cells_of(structure, header, problems)
    return _kept(_typed(text, table, problems, structure.line_of), table, problems, structure.line_of)


def _from_parquet(path: Path, table: type[dy.Schema]) -> pl.DataFrame:
    problems = Problems(path.name)
    if not path.stat().st_size:
        problems.refuse("the file is empty")
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError):
        # What the reader says may quote the file; the file's name is enough.
        problems.refuse("not a Parquet file that can be read; write it again")
    frame.columns = _known_names(frame.columns, table, problems)
    return _kept(_typed(frame, table, problems, _row_number), table, problems, _row_number)


def _row_number(row: int) -> int:
    """A Parquet file has no lines; its rows are counted from 1."""
    return row + 1


def _known_names(header: list[str], table: type[dy.Schema], problems: Problems) -> list[str]:
    """The contract's names for the file's columns, in the file's order."""
    wanted = list(schema_of(table))
    names = [SYNONYMS.get(name, name) if SYNONYMS.get(name) in wanted else name for name in header]
    if 2 * len(set(wanted) & set(names)) < len(wanted):
        # Then the first line may well be data, of which nothing is repeated.
        problems.refuse(f"the header is missing or another table's; it must name {', '.join(wanted)}", line=1)
    for column in wanted:
        if column not in names:
            problems.add("the column is missing", column=column)
        elif names.count(column) > 1:
            problems.add("the column stands there under two names; remove one", column=column)
    if extra := [name for name in names if name not in wanted]:
        problems.add(f"the contract has no such column, remove it: {', '.join(extra)}")
    problems.refuse_if_any()
    return names


def _typed(frame: pl.DataFrame, table: type[dy.Schema], problems: Problems, line_of: Line) -> pl.DataFrame:
    """Every column in the contract's type and order; what could not be read is noted."""
    columns = [_column(frame.get_column(column.name), column, problems, line_of) for column in columns_of(table)]
    return pl.DataFrame(columns)


def _column(values: pl.Series, column: ColumnInfo, problems: Problems, line_of: Line) -> pl.Series:
    if isinstance(values.dtype, pl.String | pl.Categorical | pl.Enum):
        text = values.cast(pl.String)
        blank = text.str.strip_chars() == ""
        return typed(
            pl.select(pl.when(~blank).then(text)).to_series().alias(values.name), column, problems, line_of
        )
    if values.dtype == column.dtype:
        return values
    if values.dtype.is_integer() and column.dtype.is_numeric():
        cast = values.cast(column.dtype, strict=False)
        if cast.null_count() == values.null_count():
            return cast
    if values.dtype == pl.Null:
        return values.cast(column.dtype)
    problems.add(f"holds {_plain(values.dtype)}, not {_plain(column.dtype)}", column=column.name)
    return pl.Series(values.name, [None] * len(values), dtype=column.dtype)


def _plain(dtype: pl.DataType) -> str:
    return str(dtype.base_type()).lower()


def _kept(frame: pl.DataFrame, table: type[dy.Schema], problems: Problems, line_of: Line) -> pl.DataFrame:
    """The table, once every rule of its contract holds."""
    if not frame.height and issubclass(table, Identity):
        problems.refuse("there are no rows below the header")
    problems.refuse_if_any()

    class Numbered(table):  # type: ignore[misc, valid-type]
        row_in_file = dy.UInt32(nullable=False)

    failures = Numbered.filter(frame.with_row_index(_ROW).select(list(schema_of(Numbered))))[1]
    for rule, count in failures.counts().items():
        first = failures.details().filter(pl.col(rule) == "invalid")[_ROW].min()
        assert isinstance(first, int)  # noqa: S101  (a rule with failures has a first one)
        column, words = _in_words(rule, table)
        problems.add(words, column=column, line=line_of(first), rows=count)
    problems.refuse_if_any()
    return frame


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
        return column, said.get(kind, kind.replace("_", " "))
    return None, f"against the rule: {kind.replace('_', ' ')}"
