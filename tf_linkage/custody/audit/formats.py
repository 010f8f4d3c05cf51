"""Any file opened by what its bytes say it is, and shown as tables and text.

A search for names that reads bytes finds none in a compressed file. Here each format is decoded, and a file of a
format that is not known is an error, not a pass. The formats.
"""

from __future__ import annotations

import gzip
import io
import pickletools
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from tf_linkage.custody.refusals import CustodyRefused


@dataclass
class Opened:
    """What a file shows: tables, texts, and bytes in which a format may have left something behind."""

    tables: list[pl.DataFrame] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    remnants: list[bytes] = field(default_factory=list)
    encrypted: bool = False


def opened(path: Path) -> Opened:
    """A file's content.

    Raises:
        CustodyRefused: it is of no known format, or broken.
    """
    found = Opened()
    try:
        _open(path.read_bytes(), path.name, found)
    except CustodyRefused:
        raise
    except Exception:
        # Whatever a decoder says may quote the file.
        raise CustodyRefused(f"{path.name} cannot be opened: broken, or not what it says it is") from None
    return found


def _open(data: bytes, name: str, found: Opened) -> None:
    for fits, read in _FORMATS:
        if fits(data, name):
            read(data, name, found)
            return
    raise CustodyRefused(f"{name} is of no format that the leak scan can open")


def _nothing(_data: bytes, _name: str, _found: Opened) -> None:
    """An empty file shows nothing."""


def _encrypted(_data: bytes, _name: str, found: Opened) -> None:
    found.encrypted = True


def _parquet(data: bytes, _name: str, found: Opened) -> None:
    found.tables.append(pl.read_parquet(data))
    found.texts.append(" ".join(str(value) for value in pl.read_parquet_metadata(io.BytesIO(data)).values()))


def _arrow(data: bytes, _name: str, found: Opened) -> None:
    found.tables.append(pl.read_ipc(io.BytesIO(data)))


def _arrow_stream(data: bytes, _name: str, found: Opened) -> None:
    found.tables.append(pl.read_ipc_stream(io.BytesIO(data)))


def _gzip(data: bytes, name: str, found: Opened) -> None:
    _open(gzip.decompress(data), name.removesuffix(".gz"), found)


def _zip(data: bytes, _name: str, found: Opened) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                found.texts.append(member.filename)
                _open(archive.read(member), member.filename, found)


def _pickle(data: bytes, _name: str, found: Opened) -> None:
    """Its strings, without running it."""
    for _, argument, _ in pickletools.genops(data):
        if isinstance(argument, str):
            found.texts.append(argument)
        elif isinstance(argument, bytes | bytearray):
            found.remnants.append(bytes(argument))


def _sqlite(data: bytes, _name: str, found: Opened) -> None:
    connection = sqlite3.connect(":memory:")
    try:
        # Versions 1 in place of 2: a copy in memory has no write-ahead log, which is searched as a file of its own.
        connection.deserialize(data[:18] + b"\1\1" + data[20:])
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in names:
            rows = connection.execute(f'select * from "{table}"')
            columns = [column[0] for column in rows.description]
            cells = [[value.hex() if isinstance(value, bytes) else value for value in row] for row in rows]
            found.tables.append(
                pl.DataFrame(
                    [[None if cell is None else str(cell) for cell in row] for row in cells],
                    schema=dict.fromkeys(columns, pl.String),
                    orient="row",
                )
            )
    finally:
        connection.close()
    found.remnants.append(data)


def _duckdb(data: bytes, _name: str, found: Opened) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.duckdb"
        copy.write_bytes(data)
        with duckdb.connect(str(copy), read_only=True) as connection:
            connection.execute("set temp_directory = ''")
            connection.execute("set enable_external_access = false")
            tables = connection.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
            for schema, table, comment in tables:
                found.tables.append(connection.sql(f'select * from "{schema}"."{table}"').pl())
                found.texts.append(f"{table} {comment or ''}")
            comments = connection.execute("select column_name, comment from duckdb_columns()").fetchall()
            found.texts += [f"{column} {comment or ''}" for column, comment in comments]
    # Deleted rows stay in the file's blocks.
    found.remnants.append(data)


def _csv(data: bytes, _name: str, found: Opened) -> None:
    text = _decoded(data)
    found.texts.append(text)
    if text.strip():
        found.tables.append(pl.read_csv(io.StringIO(text), infer_schema=False, truncate_ragged_lines=True))


def _text(data: bytes, _name: str, found: Opened) -> None:
    found.texts.append(_decoded(data))


def _remnant(data: bytes, _name: str, found: Opened) -> None:
    found.remnants.append(data)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        return data.decode("utf-16-le" if data[1:2] == b"\0" else "utf-16-be")
    return data.decode("utf-8")


def _is_text(data: bytes, _name: str) -> bool:
    try:
        text = _decoded(data)
    except UnicodeDecodeError:
        return False
    strange = sum(not (character.isprintable() or character.isspace() or character == "\x1b") for character in text)
    return strange <= len(text) // 100


def _starts(*magic: bytes) -> Callable[[bytes, str], bool]:
    return lambda data, name: data.startswith(magic)


Reader = Callable[[bytes, str, Opened], None]

_FORMATS: list[tuple[Callable[[bytes, str], bool], Reader]] = [
    (lambda data, name: not data, _nothing),
    (_starts(b"PARE"), _encrypted),
    (_starts(b"PAR1"), _parquet),
    (_starts(b"ARROW1"), _arrow),
    (_starts(b"\xff\xff\xff\xff"), _arrow_stream),
    (_starts(b"\x1f\x8b"), _gzip),
    (_starts(b"PK\x03\x04"), _zip),
    (_starts(b"SQLite format 3\0"), _sqlite),
    # What SQLite keeps next to a database: its write-ahead log and the index of that log.
    (_starts(b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\x18\xe2\x2d\x00"), _remnant),
    (lambda data, name: data[8:12] == b"DUCK", _duckdb),
    (_starts(b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"), _pickle),
    (lambda data, name: name.endswith(".csv") and _is_text(data, name), _csv),
    (_is_text, _text),
]
"""By the first bytes, in this order; text is what is left and decodes."""


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, hidden ones too, in order."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
