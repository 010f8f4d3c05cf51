"""Files of anybody's, read as they come: CSV with any usual mark and encoding, compressed or not, or Parquet.

As strict in structure as an extract, as free in form as people's files are; what was found out is said.
"""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused
from tf_linkage.intake.reading.parquet import parquet_of
from tf_linkage.intake.reading.problems import Problems
from tf_linkage.intake.reading.structure import Layout, cells_of, same_names, structure_of

STDIN = Path("-")
_MARKS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PARQUET = b"PAR1"
_TEXTS = (".csv", ".tsv", ".txt", ".tab")


@dataclass(frozen=True)
class File:
    """A table that was read.

    Attributes:
        name: what to call it when something is said of it.
        path: where it is; `-` for standard input.
        table: its values as text, dates of a Parquet file as dates, blanks null.
        header: names of its columns as they stand in the file.
        again: the same table, read from the file's bytes once more; None where only `table` holds it.
    """

    name: str
    path: Path
    table: pl.DataFrame
    header: tuple[str, ...] = ()
    again: pl.LazyFrame | None = None

    def lazy(self) -> pl.LazyFrame:
        """The table without holding it, where its file is smaller than what it unpacks to."""
        return self.table.lazy() if self.again is None else self.again


def read_file(path: Path) -> File:
    """Reads a table.

    Raises:
        InputRefused: missing, not readable, neither text nor Parquet, not sound in structure, or without rows.
    """
    name = "standard input" if path == STDIN else path.name
    data = _bytes(path)
    problems = Problems(name)
    again = None
    if data[:4] == _PARQUET:
        table = _parquet(data, problems)
        kept = pl.scan_parquet(io.BytesIO(data)).select(_as_text(name, kind) for name, kind in table.schema.items())
        again = kept.with_columns(_bare(pl.col(name)) for name, kind in table.schema.items() if kind == pl.String)
    else:
        if path != STDIN and _suffix(path) not in _TEXTS:
            raise InputRefused(
                f"{path}: not a table that is known; .csv, .tsv, .txt (.gz too) and .parquet files are, and - for "
                "standard input"
            )
        table = _text(data, problems)
    if not table.height:
        problems.refuse("there are no rows")
    header, columns, stripped = tuple(table.columns), table.get_columns(), []
    del table
    # One column after the other, each let go of in turn: of a register of millions a second copy is gigabytes.
    while columns:
        column = columns.pop(0)
        stripped.append(
            column if column.dtype != pl.String else column.to_frame().select(_bare(pl.first())).to_series()
        )
    return File(name, path, pl.DataFrame(stripped), header, again)


def _suffix(path: Path) -> str:
    return (path.with_suffix("") if path.suffix.lower() == ".gz" else path).suffix.lower()


def _bytes(path: Path) -> bytes:
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read()
        else:
            if path.is_dir():
                raise InputRefused(f"{path}: a folder, not a file")
            data = path.read_bytes()
    except FileNotFoundError:
        raise InputRefused(f"{path}: there is no such file") from None
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read ({error.strerror})") from None
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error):
            raise InputRefused(f"{path}: compressed, but broken or cut off; send it again") from None
    return data


def _text(data: bytes, problems: Problems) -> pl.DataFrame:
    data = _utf8(data, problems)
    structure = structure_of(data, problems, Layout(_mark(data)))
    names = [name.strip() for name in structure.header]
    same_names(names, problems)
    if structure.delimiter != ",":
        say(f"{problems.file}: fields are separated by {_MARKS[structure.delimiter]}")
    return cells_of(structure, names, problems)


def _utf8(data: bytes, problems: Problems) -> bytes:
    """The text as UTF-8, from what its first bytes say it is; else Windows-1252, in which most other files are."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                problems.refuse(f"begins as {encoding.upper()} does, but is not; save the file as CSV UTF-8")
            return text.encode().removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data:
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        say(f"{problems.file}: not UTF-8; read as Windows-1252, so look whether accents are right")
        return data.decode("cp1252" if _in_windows(data) else "latin-1").encode()
    return data


def _in_windows(data: bytes) -> bool:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


def _mark(data: bytes) -> str:
    """The mark that the header has most of, outside quotes; commas where it has none."""
    line = data.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode(errors="replace")
    outside = "".join(line.split('"')[::2])
    return max(_MARKS, key=outside.count)


def _parquet(data: bytes, problems: Problems) -> pl.DataFrame:
    """Columns of kinds that hold no single value are kept out of the way."""
    table = parquet_of(data)
    if table is None:
        problems.refuse("not a Parquet file that can be read; write it again")
    unused = (pl.Binary, pl.Object, pl.Duration)
    nested = [name for name, kind in table.schema.items() if kind.is_nested() or kind in unused]
    if nested:
        say(f"{problems.file}: {len(nested)} columns hold lists, bytes or lengths of time, which are not used")
    single = table.drop(nested)
    return single.select(_as_text(name, kind) for name, kind in single.schema.items())


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    """A column of a Parquet file as text; a date stays one."""
    return pl.col(name) if kind in {pl.Date, pl.Datetime} else pl.col(name).cast(pl.String)


def _bare(column: pl.Expr) -> pl.Expr:
    stripped = column.str.strip_chars()
    return pl.when(stripped != "").then(stripped)
