"""Any table in a file, for commands that link files which keep no contract.

Reading and writing one table, CSV or Parquet by its suffix, as strictly in structure as an extract and as freely in
content as the user likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside
from tf_linkage.intake.reading.parquet import parquet_of
from tf_linkage.intake.reading.problems import Problems
from tf_linkage.intake.reading.structure import cells_of, same_names, structure_of

SUFFIXES = (".csv", ".parquet")


def read_table(path: Path) -> pl.LazyFrame:
    """Reads a table, its values as text (dates of a Parquet file as dates); blank cells are null.

    Blanks around column names and values do not count.

    Args:
        path: a .csv (UTF-8, commas) or .parquet file.

    Raises:
        InputRefused: missing, of another suffix, not sound in structure, or without rows. Names file, line and
            rule, never a value.
    """
    form(path)
    if not path.is_file():
        raise InputRefused(f"{path}: there is no such file")
    problems = Problems(path.name)
    read: Callable[[Path, Problems], pl.DataFrame] = _csv if path.suffix.lower() == ".csv" else _parquet
    table = read(path, problems)
    if not table.height:
        problems.refuse("there are no rows")
    return table.lazy().with_columns(
        _bare(pl.col(name)) for name, kind in table.schema.items() if kind == pl.String
    )


def write_table(table: pl.DataFrame, path: Path) -> None:
    """Writes a table as CSV or Parquet by the suffix, whole or not at all.

    Args:
        table: what to write.
        path: the file; replaced as a whole.

    Raises:
        InputRefused: another suffix, or no such folder.
    """
    check_output(path, inputs=())
    fresh = fresh_beside(path)
    writers: Mapping[str, Callable[[Path], object]] = {".csv": table.write_csv, ".parquet": table.write_parquet}
    try:
        writers[form(path)](fresh)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def check_output(path: Path, inputs: Sequence[Path]) -> None:
    """Sees to it, before any work, that a table can be written where the user wants it.

    Raises:
        InputRefused: another suffix, no such folder, or one of the inputs would be overwritten.
    """
    form(path)
    if not path.parent.is_dir():
        raise InputRefused(f"{path}: there is no folder {path.parent}")
    if path.resolve() in {given.resolve() for given in inputs}:
        raise InputRefused(f"{path}: the output would overwrite an input; name another file")


def form(path: Path) -> str:
    """The suffix of a table's file.

    Raises:
        InputRefused: it is neither .csv nor .parquet.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputRefused(f"{path}: tables are files that end in .csv or .parquet")
    return suffix


def _csv(path: Path, problems: Problems) -> pl.DataFrame:
    structure = structure_of(path.read_bytes(), problems)
    names = [name.strip() for name in structure.header]
    same_names(names, problems)
    return cells_of(structure, names, problems)


def _parquet(path: Path, problems: Problems) -> pl.DataFrame:
    table = parquet_of(path)
    if table is None:
        problems.refuse("not a Parquet file that can be read; write it again")
    try:
        return _as_text(table)
    except pl.exceptions.PolarsError:
        problems.refuse("a column is neither text, number, day nor yes or no; write it again")


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(
        pl.col(name).cast(pl.String) for name, kind in table.schema.items() if kind not in (pl.Date, pl.Datetime)
    )


def _bare(column: pl.Expr) -> pl.Expr:
    stripped = column.str.strip_chars()
    return pl.when(stripped != "").then(stripped)
