"""A sender's file, by its mapping, into the contract: every value as declared, or refused with place and count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake.headers import described
from tf_linkage.intake.mapping.columns import Columns
from tf_linkage.intake.mapping.faults import refuse_faults, refuse_faults_of_second
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.mapping.model import Lookup
from tf_linkage.intake.mapping.rows import ROW, only_first, rows_of
from tf_linkage.intake.mapping.source import Line, source_of
from tf_linkage.intake.reading.extracts import Part, keep, typed_rows
from tf_linkage.intake.reading.problems import Problems


@dataclass(frozen=True)
class Mapped:
    """A file as its mapping made it.

    Attributes:
        rows: of the contract.
        part: the file, and the line of each row.
        notes: what was left out or taken off, with counts.
        mapping: the mapping's file and digest.
    """

    rows: pl.DataFrame
    part: Part
    notes: tuple[str, ...]
    mapping: tuple[str, str]


def mapped(path: Path, loaded: Loaded, shown_as: str | None = None) -> Mapped:
    """Reads a sender's file by its mapping.

    Args:
        path: the file; second files that the mapping names lie in the same folder.
        loaded: the mapping.
        shown_as: how messages name the file.

    Raises:
        InputRefused: file, line, column, rule and count; never a value, never an unknown header.
    """
    name, mapping = shown_as or path.name, loaded.mapping
    problems = Problems(name)
    data = path.read_bytes()
    total = hashlib.sha256(data)
    source = source_of(data, path.name, mapping.file, mapping.named(), problems)
    _all_used(source.cells.columns, loaded, problems, mapping.file.header_row)

    def second(lookup: Lookup) -> pl.DataFrame:
        cells, digest = _second(path.parent / lookup.file, lookup)
        total.update(digest)
        return cells

    # Of the file, the second files and the mapping together: another of any of them is another delivery.
    rows = rows_of(source.cells, mapping, second, problems, source.line_of)
    origin = rows.cells.get_column(ROW).to_list()

    def line_of(row: int) -> int:
        return source.line_of(origin[row])

    noted = refuse_faults(source, loaded, set(origin), problems)
    columns = Columns(rows.cells, loaded, source, problems, line_of)
    text = columns.all()
    problems.refuse_if_any()
    table = extract_tables()[mapping.table]
    typed = keep(typed_rows(text, table, problems, line_of), table, problems, line_of)
    _by_the_day(typed, loaded, problems, line_of)
    total.update(loaded.digest.encode())
    part = Part(
        name, typed.height, line_of, total.hexdigest(), problems.place, mapping.sender, mapping.file.extracted
    )
    notes = (*source.notes, *rows.left_out, *noted, *columns.said_unknown(text, typed))
    return Mapped(typed, part, notes, (loaded.name, loaded.digest))


def _second(path: Path, lookup: Lookup) -> tuple[pl.DataFrame, bytes]:
    problems = Problems(path.name)
    if not path.is_file():
        problems.refuse("the file is missing; the mapping looks up columns in it")
    data = path.read_bytes()
    named = {lookup.there, *lookup.columns.values(), *(one.column for one in lookup.keep)}
    if lookup.choose:
        named |= {lookup.choose.per, *(one.column for one in lookup.choose.first)}
    source = source_of(data, path.name, lookup.layout, named, problems)
    _used(source.cells.columns, named, set(lookup.ignore), problems, lookup.layout.header_row)
    refuse_faults_of_second(source, lookup, named, problems)
    problems.refuse_if_any()
    if lookup.choose:
        return only_first(source.cells, lookup.choose, lookup.keep, problems, source.line_of), data
    return source.cells, data


def _all_used(header: list[str], loaded: Loaded, problems: Problems, line: int) -> None:
    _used(header, loaded.mapping.named(), set(loaded.mapping.ignore), problems, line)


def _used(header: list[str], named: set[str], ignored: set[str], problems: Problems, line: int) -> None:
    """Whether every column of the file is used or ignored, and every one that the mapping names is there."""
    if missing := sorted((named | ignored) - set(header)):
        problems.add(f"the file lacks what the mapping names: {', '.join(missing)}", line=line)
    left = [described(name, at, ()) for at, name in enumerate(header, start=1) if name not in named | ignored]
    if left:
        problems.add(f"the mapping neither uses nor ignores: {', '.join(left)}", line=line)
    problems.refuse_if_any()


def _by_the_day(rows: pl.DataFrame, loaded: Loaded, problems: Problems, line_of: Line) -> None:
    day = loaded.mapping.file.extracted
    if day is None:
        return
    for name, column in loaded.columns.items():
        if isinstance(column.dtype, pl.Date):
            late = (rows.get_column(name) > day).fill_null(value=False).arg_true().to_list()
            problems.add_rows(f"after the day on which the file was drawn ({day})", late, line_of, name)
    problems.refuse_if_any()
