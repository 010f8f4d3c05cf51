"""A sender's file, by its mapping, into the contract: every value as declared, or refused with place and count."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from tf_linkage.contracts.registry import extract_tables
from tf_linkage.intake.headers import described
from tf_linkage.intake.mapping.columns import Columns
from tf_linkage.intake.mapping.faults import refuse_faults, refuse_faults_of_second
from tf_linkage.intake.mapping.filling import filled_down
from tf_linkage.intake.mapping.loading import Loaded
from tf_linkage.intake.mapping.model import Lookup
from tf_linkage.intake.mapping.rows import ROW, only_first, rows_of
from tf_linkage.intake.mapping.source import source_of
from tf_linkage.intake.reading.against import against_contract, by_the_day
from tf_linkage.intake.reading.extracts import DAY_OF_EXTRACT, Part, typed_rows
from tf_linkage.intake.reading.problems import Problems, Refused

LONGEST_LIST = 10_000_000
"""Bytes of a list of what is left out."""


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


def mapped(path: Path, loaded: Loaded, shown_as: str | None = None, day: dt.date | None = None) -> Mapped:
    """Reads a sender's file by its mapping; arguments and errors as in `mapped_and_problems`.

    Raises:
        InputRefused: file, line, column, rule and count of the first problems.
    """
    made, problems = mapped_and_problems(path, loaded, shown_as, day)
    problems.refuse_if_any()
    return made


def mapped_and_problems(
    path: Path, loaded: Loaded, shown_as: str | None = None, day: dt.date | None = None
) -> tuple[Mapped, Problems]:
    """Reads a sender's file by its mapping as far as it can be, and notes what is wrong; such cells are null.

    Args:
        path: the file; second files that the mapping names lie in the same folder.
        loaded: the mapping.
        shown_as: how messages name the file.
        day: of the extract, where that is known.

    Raises:
        InputRefused: it cannot be read as rows: file, line, column, rule and count; never a value, never an unknown
            header.
    """
    name, mapping = shown_as or path.name, loaded.mapping
    problems = Problems(name, lost=set(loaded.lost))
    data = path.read_bytes()
    total = hashlib.sha256(data)
    source = source_of(data, path.name, mapping.file, mapping.named(), problems)
    source = filled_down(source, mapping.file.fill_down, problems)
    cells = _all_used(source.cells, loaded, problems)

    def second(lookup: Lookup) -> pl.DataFrame:
        try:
            cells, digest = _second(path.parent / lookup.file, lookup)
        except Refused as refusal:
            for said in refusal.said:
                problems.add(f"{lookup.file}: {said}", lost=mapping.fed_by(lookup.columns))
            return pl.DataFrame(schema=dict.fromkeys([lookup.there, *lookup.columns.values()], pl.String))
        total.update(digest)
        return cells

    def listed(file: str) -> list[str]:
        try:
            lines, data = _lines_of(path.parent / file)
        except Refused as refusal:
            problems.refuse(f"{file}: {refusal.said[0]}")
        total.update(data)
        return lines

    # Of the file, the second files and the mapping together: another of any of them is another delivery.
    rows = rows_of(cells, mapping, second, listed, problems=problems, line_of=source.line_of)
    origin = rows.cells.get_column(ROW).to_list()

    def line_of(row: int) -> int:
        return source.line_of(origin[row])

    noted = refuse_faults(source, loaded, set(origin), problems)
    columns = Columns(rows.cells, loaded, source, problems, line_of)
    text = columns.all()
    table = extract_tables()[mapping.table]
    typed = typed_rows(text, table, problems, line_of)
    drawn = mapping.file.extracted
    for last, said in ((drawn, "the day on which the file was drawn"), (day, DAY_OF_EXTRACT)):
        typed = by_the_day(typed, table, problems, line_of, day=last, said=said)
    against_contract(typed, table, problems, line_of)
    total.update(loaded.digest.encode())
    part = Part(
        name, typed.height, line_of, total.hexdigest(), problems.place, mapping.sender, mapping.file.extracted
    )
    notes = (*source.notes, *rows.left_out, *noted, *columns.said_unknown(text, typed))
    return Mapped(typed, part, notes, (loaded.name, loaded.digest)), problems


def _lines_of(path: Path) -> tuple[list[str], bytes]:
    """What a file lists, one a line, and its bytes."""
    problems = Problems(path.name)
    if not path.is_file():
        problems.refuse("the file is missing; the mapping leaves out what it lists")
    data = path.read_bytes()
    if len(data) > LONGEST_LIST:
        problems.refuse("larger than any list of what is left out; is it the extract itself?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.refuse("not UTF-8 text; save the file as UTF-8")
    return [line.strip() for line in text.splitlines() if line.strip()], data


def _second(path: Path, lookup: Lookup) -> tuple[pl.DataFrame, bytes]:
    problems = Problems(path.name)
    if not path.is_file():
        problems.refuse("the file is missing; the mapping looks up columns in it")
    data = path.read_bytes()
    named = {lookup.there, *lookup.columns.values(), *(one.column for one in lookup.keep)}
    if lookup.choose:
        named |= {lookup.choose.per, *(one.column for one in lookup.choose.first)}
    source = source_of(data, path.name, lookup.layout, named, problems)
    source = filled_down(source, lookup.layout.fill_down, problems)
    _used(source.cells.columns, named, set(lookup.ignore), problems, lookup.layout.header_row)
    problems.refuse_if_any()
    refuse_faults_of_second(source, lookup, named, problems)
    problems.refuse_if_any()
    if lookup.choose:
        chosen = only_first(source.cells, lookup.choose, lookup.keep, problems, source.line_of)
        problems.refuse_if_any()
        return chosen, data
    return source.cells, data


def _all_used(cells: pl.DataFrame, loaded: Loaded, problems: Problems) -> pl.DataFrame:
    """The cells, with blank columns for those that the mapping names and the file lacks, which is noted."""
    mapping = loaded.mapping
    missing = _used(cells.columns, mapping.named(), set(mapping.ignore), problems, mapping.file.header_row)
    problems.lost |= mapping.fed_by(missing)
    if set(missing) & mapping.chooses_rows_by():
        problems.refuse_if_any()
    return cells.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def _used(header: list[str], named: set[str], ignored: set[str], problems: Problems, line: int) -> list[str]:
    """Whether every column of the file is used or ignored; the named ones that are not there, which is noted."""
    if missing := sorted((named | ignored) - set(header)):
        problems.add(f"the file lacks what the mapping names: {', '.join(missing)}", line=line)
    left = [described(name, at, ()) for at, name in enumerate(header, start=1) if name not in named | ignored]
    if left:
        problems.add(f"the mapping neither uses nor ignores: {', '.join(left)}", line=line)
    return sorted(named - set(header))
