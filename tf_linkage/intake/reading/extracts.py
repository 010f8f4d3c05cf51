"""A body's extract, read from a file into its contract, or refused with file, line, column and rule.

The reading of one table.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import dataframely as dy
import polars as pl

from tf_linkage.contracts.columns import ColumnInfo, columns_of, schema_of
from tf_linkage.intake.headers import described
from tf_linkage.intake.reading.against import against_contract, by_the_day
from tf_linkage.intake.reading.cells import SYNONYMS, typed
from tf_linkage.intake.reading.ending import ending
from tf_linkage.intake.reading.names import sender_in
from tf_linkage.intake.reading.parquet import parquet_of
from tf_linkage.intake.reading.problems import Problems, rows_said
from tf_linkage.intake.reading.structure import cells_of, structure_of

LARGEST, LEAST_LARGEST, MOST_PACKED = 8 * 10**9, 50_000_000, 100
"""Bytes of a packed file's content: no more than a machine holds, and no more than a hundred times what it is
packed into, unless that is little. Tables pack to a tenth or a twentieth; what packs to less is made to fill a
memory."""

DAY_OF_EXTRACT = "the day of the extract"

MAP_IT = "a file of another form needs a mapping, which draft-mapping drafts"

Line = Callable[[int], int]


@dataclass(frozen=True)
class Extract:
    """One table of a body as it was read, and where each of its rows stands.

    Attributes:
        rows: the table of its contract.
        parts: the files it was read from, in order.
        left_out: what mappings left out, with counts.
        mappings: SHA-256 of the mapping by which a file was made, by file.
    """

    rows: pl.DataFrame
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()
    mappings: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file, or the files, by name."""
        return " and ".join(part.file for part in self.parts)

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file that was read."""
        return {part.file: part.digest for part in self.parts}

    def place(self, row: int) -> str:
        """File and line of a row, from 0."""
        for part in self.parts:
            if row < part.rows:
                return f"{part.file}: {part.word} {part.line_of(row):,}"
            row -= part.rows
        raise IndexError(row)

    def extent(self, rows: Sequence[int], count: int) -> str:
        """How many rows, and the lines of the first of them that are of one file.

        Args:
            rows: the first of them, from 0, in their order.
            count: how many there are.
        """
        first = 0
        for part in self.parts:
            here = [part.line_of(row - first) for row in rows if first <= row < first + part.rows]
            if here:
                return rows_said(count, here, part.word)
            first += part.rows
        return rows_said(count, (), "line")


@dataclass(frozen=True)
class Part:
    """One file of a table.

    Attributes:
        file: its name.
        rows: how many.
        line_of: the line of each, from 0.
        digest: SHA-256 of the bytes that were read.
        word: what its lines are called: row in a workbook or a Parquet file.
        sender: whose file it is, where one sender's.
        drawn: the day on which it was drawn, where its mapping says so.
        notes: what is to be noted of the file itself.
    """

    file: str
    rows: int
    line_of: Line
    digest: str
    word: str = "line"
    sender: str | None = None
    drawn: dt.date | None = None
    notes: tuple[str, ...] = ()


def read_file(path: Path, table: type[dy.Schema], day: dt.date | None = None) -> tuple[pl.DataFrame, Part]:
    """One file, whole in memory so that its digest is that of what was read.

    Raises:
        InputRefused: file, line, column and rule of the first problems; never a value.
    """
    rows, part, problems = file_and_problems(path, table, day)
    problems.refuse_if_any()
    return rows, part


def file_and_problems(
    path: Path, table: type[dy.Schema], day: dt.date | None = None
) -> tuple[pl.DataFrame, Part, Problems]:
    """One file as far as it can be read, and what is wrong with it; cells that are wrong are null.

    Args:
        path: the file.
        table: the contract.
        day: of the extract, where that is known.

    Raises:
        InputRefused: it cannot be read as rows.
    """
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    problems = Problems(path.name)
    notes: tuple[str, ...] = ()
    if path.name.endswith(".parquet"):
        text, line_of = _from_parquet(data, table, problems)
    else:
        plain = unpacked(data, problems) if path.name.endswith(".gz") else data
        text, line_of, notes = _from_csv(plain, table, problems)
    rows = typed_rows(_all_columns(text, table), table, problems, line_of)
    rows = by_the_day(rows, table, problems, line_of, day=day, said=DAY_OF_EXTRACT)
    against_contract(rows, table, problems, line_of)
    word = "row" if path.name.endswith(".parquet") else "line"
    part = Part(path.name, rows.height, line_of, digest, word, sender_in(path.name), notes=notes)
    return rows, part, problems


def unpacked(data: bytes, problems: Problems) -> bytes:
    """The content of a gzip file.

    Raises:
        InputRefused: it is none, is damaged, or holds more.
    """
    most = min(LARGEST, max(LEAST_LARGEST, MOST_PACKED * len(data)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            plain = stream.read(most + 1)
    except (OSError, EOFError, zlib.error):
        problems.refuse("not a gzip file that can be read; pack it again")
    if len(plain) > most:
        problems.refuse(f"more than {most // 10**6:,} MB when unpacked")
    return plain


def one_key(rows: pl.DataFrame, stem: str, table: type[dy.Schema]) -> None:
    """Whether senders' files, each sound by itself, are so together."""
    key = table.primary_key()
    if key and (twice := int(rows.select(pl.struct(key).is_duplicated().sum()).item())):
        problems = Problems(f"{stem}, all files together")
        problems.add(f"more than one row with the same {' and '.join(key)}", rows=twice)
        problems.refuse_if_any()


def _from_csv(
    data: bytes, table: type[dy.Schema], problems: Problems
) -> tuple[pl.DataFrame, Line, tuple[str, ...]]:
    structure = structure_of(data, problems)
    header = _known_names(structure.header, table, problems)
    text = cells_of(structure, header, problems)
    notes = ending(data, text, structure.line_of, problems)
    return text, structure.line_of, notes


def _from_parquet(data: bytes, table: type[dy.Schema], problems: Problems) -> tuple[pl.DataFrame, Line]:
    problems.place = "row"
    if not data:
        problems.refuse("the file is empty")
    frame = parquet_of(data)
    if frame is None:
        problems.refuse("not a Parquet file that can be read; write it again")
    frame.columns = _known_names(frame.columns, table, problems)
    return frame, _row_number


def _all_columns(frame: pl.DataFrame, table: type[dy.Schema]) -> pl.DataFrame:
    """With the contract's columns that are missing, which was told, blank."""
    return frame.with_columns(pl.lit(None).alias(name) for name in schema_of(table) if name not in frame.columns)


def _row_number(row: int) -> int:
    """A Parquet file has no lines; its rows are counted from 1."""
    return row + 1


def _known_names(header: list[str], table: type[dy.Schema], problems: Problems) -> list[str]:
    """The contract's names for the file's columns, in the file's order."""
    wanted = list(schema_of(table))
    names = [SYNONYMS.get(name, name) if SYNONYMS.get(name) in wanted else name for name in header]
    if 2 * len(set(wanted) & set(names)) < len(wanted):
        # Then the first line may well be data, of which nothing is repeated.
        problems.refuse(
            f"the header is missing or another table's; it must name {', '.join(wanted)}; {MAP_IT}", line=1
        )
    for column in wanted:
        if column not in names:
            problems.add("the column is missing", column=column, lost=[column])
        elif names.count(column) > 1:
            problems.add("the column stands there under two names; remove one", column=column)
    others = [described(name, at, wanted) for at, name in enumerate(names, start=1) if name not in wanted]
    for which, other in enumerate(others):
        advice = "" if which else f"; {MAP_IT}"
        problems.add(f"the contract has no such column; remove it: {other}{advice}", line=1)
    if len(set(names)) < len(names):
        problems.refuse_if_any()
    return names


def typed_rows(frame: pl.DataFrame, table: type[dy.Schema], problems: Problems, line_of: Line) -> pl.DataFrame:
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
    said = f"holds {_plain(values.dtype)}, not {_plain(column.dtype)}"
    problems.add(said, column=column.name, lost=[column.name])
    return pl.Series(values.name, [None] * len(values), dtype=column.dtype)


def _plain(dtype: pl.DataType) -> str:
    return str(dtype.base_type()).lower()
