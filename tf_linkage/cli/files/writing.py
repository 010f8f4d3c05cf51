"""Where results go: tried before the work, never over what a person filled in, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tf_linkage.errors import InputRefused
from tf_linkage.fresh import fresh_beside
from tf_linkage.pages.spreadsheets import spreadsheet_safe

TABLES = (".csv", ".parquet")
SHEETS = (".csv", ".html")
"""For a clerk: a sheet for a spreadsheet, or an encrypted page for a browser."""


def check_writable(path: Path, inputs: Sequence[Path], suffixes: Sequence[str] = TABLES) -> None:
    """Sees to it, before any work, that a file can be written where the user wants it.

    Raises:
        InputRefused: another suffix, no such folder, a folder that cannot be written, an input, or a sheet in which
            somebody has filled in decisions.
    """
    if path.suffix.lower() not in suffixes:
        raise InputRefused(f"{path}: a file that ends in {' or '.join(suffixes)} is written here")
    if not path.parent.is_dir():
        raise InputRefused(f"{path}: there is no folder {path.parent}")
    if path.is_dir():
        raise InputRefused(f"{path}: a folder, not a file")
    if path.resolve() in {given.resolve() for given in inputs}:
        raise InputRefused(f"{path}: the output would overwrite an input; name another file")
    if decided := filled_in(path):
        raise InputRefused(
            f"{path}: somebody has filled in {decided:,} decisions there, which would be lost; name another file, "
            "or use them with --decisions"
        )
    trial = fresh_beside(path)
    try:
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise InputRefused(f"{path}: cannot be written ({_reason(error)})") from None


def filled_in(path: Path) -> int:
    """Decisions that somebody has filled in in a sheet; none where the file is no sheet."""
    if path.suffix.lower() != ".csv" or not path.is_file():
        return 0
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read ({_reason(error)})") from None
    mark = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=mark)
    if "decision" not in [name.strip() for name in rows.fieldnames or ()]:
        return 0
    return sum(bool((row.get("decision") or "").strip()) for row in rows)


def write_file(path: Path, table: pl.DataFrame, *, spreadsheet: bool = False) -> None:
    """Writes a table by its suffix, whole or not at all.

    Args:
        path: where to.
        table: what.
        spreadsheet: whether cells that a spreadsheet would run are made harmless.

    Raises:
        InputRefused: the disk is full or the folder cannot be written.
    """
    held = io.BytesIO()
    if path.suffix.lower() == ".parquet":
        table.write_parquet(held)
    else:
        (spreadsheet_safe(table.lazy()).collect() if spreadsheet else table).write_csv(held)
    write_bytes(path, held.getvalue())


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file, whole or not at all.

    Raises:
        InputRefused: the disk is full or the folder cannot be written; what was there stays.
    """
    fresh = fresh_beside(path)
    try:
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise InputRefused(f"{path}: {_reason(error)}; nothing was written") from None
    finally:
        fresh.unlink(missing_ok=True)


def _reason(error: OSError) -> str:
    return (error.strerror or "cannot be written").lower()
