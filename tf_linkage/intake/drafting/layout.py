"""How an unknown file is written: encoding, delimiter, sheet, line of the header, footer."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import python_calamine

from tf_linkage.intake.encodings import reads_as_words
from tf_linkage.intake.headers import is_data, known_names, plain, words
from tf_linkage.intake.mapping.model import File, Footer
from tf_linkage.intake.mapping.source import suffix_of
from tf_linkage.intake.mapping.workbook import MERGED, sheet_of
from tf_linkage.intake.reading.extracts import unpacked
from tf_linkage.intake.reading.problems import Problems

LEAST_KNOWN = 2
"""Known headers from which a row counts as the header; titles name one at most."""

CLEARLY = 2
"""Times as many known headers as any other sheet names, from which a sheet is the one that is meant."""

SEARCHED = 50
"""Rows in which the header is looked for."""

MERGED_BELOW = "cells below the header are merged; unmerge them in the workbook and fill each"

ENDINGS = (
    "total",
    "grand total",
    "totals",
    "report generated",
    "generated",
    "run on",
    "printed",
    "end of",
    "number of",
    "count",
    "sum",
    "records",
    "rows",
    "source",
    "note",
    "produced",
    "data as at",
    "official",
    "confidential",
)
"""Words with which rows below the data begin."""

_KNOWN = frozenset(name for names in known_names().values() for name in names)


_DAY = re.compile(
    r"(?<![0-9/.-])(?:([0-9]{1,2})[/. -]([0-9]{1,2}|[A-Za-z]{3,9})[/. -]([0-9]{4})"
    r"|([0-9]{4})-([0-9]{2})-([0-9]{2}))(?![0-9/-]|\.[0-9])"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass
class Laid:
    """A file's layout as far as it shows, what a person must say of it, and the day that its titles name."""

    file: File
    doubts: list[str] = field(default_factory=list)
    drawn: dt.date | None = None
    notes: list[str] = field(default_factory=list)


def layout_of(path: Path, known: frozenset[str], header_row: int | None = None, least: int = LEAST_KNOWN) -> Laid:
    """The layout of a file.

    Args:
        path: the file.
        known: plain headers that mean something, beyond those that real systems use.
        header_row: line, or row of a sheet, of the header, from 1, where a person says so; else it is looked for.
        least: known names by which a row is the header.

    Raises:
        InputRefused: of no form that can be read, or without a row that looks like a header.
    """
    suffix, problems = suffix_of(path.name), Problems(path.name)
    if suffix is None:
        problems.refuse("files that can be read end in .csv, .txt, .csv.gz, .xlsx or .parquet")
    data = path.read_bytes()
    if not data:
        problems.refuse("the file is empty")
    names = _KNOWN | known
    if suffix == ".parquet":
        return Laid(File())
    if suffix == ".xlsx":
        return _of_workbook(data, names, header_row, least, problems)
    plain_text = unpacked(data, problems) if suffix.endswith(".gz") else data
    return _of_text(plain_text, names, header_row, least, problems)


def _of_text(data: bytes, names: frozenset[str], said: int | None, least: int, problems: Problems) -> Laid:
    doubts: list[str] = []
    notes: list[str] = []
    encoding, text = "utf-8", None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, text = "utf-16", data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            encoding, text = "windows-1252", data.decode("windows-1252", errors="replace")
            how = "the file is not UTF-8; it is read as windows-1252"
            if reads_as_words(text):
                notes.append(f"{how}, in which all its letters make words")
            else:
                doubts.append(f"{how}. Look at names with accents in the result")
    lines = text.splitlines()[:SEARCHED]
    _there(said, len(lines), problems)
    marks = (",", ";", "\t", "|")
    if said is None:
        found = ((_header_in([_split(line, mark) for line in lines], names), mark) for mark in marks)
        (row, known), delimiter = max(found, key=lambda one: one[0][1])
    else:
        row, known = said, least
        delimiter = max(marks, key=lambda mark: len(_split(lines[said - 1], mark)))
    _is_header(known >= least, _split(lines[row - 1], delimiter), problems)
    rows = [_split(line, delimiter) for line in text.splitlines()[row - 1 :] if line.strip()]
    footer = _footer(rows[1:]) or _sparse(rows, doubts, notes)
    file = File(encoding=encoding, delimiter=delimiter, header_row=row, footer=footer)  # type: ignore[arg-type]
    return Laid(file, doubts, _drawn(lines[: row - 1]), notes)


def _of_workbook(data: bytes, names: frozenset[str], said: int | None, least: int, problems: Problems) -> Laid:
    try:
        with zipfile.ZipFile(io.BytesIO(data)):
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except Exception:
        book = None
    if book is None:
        problems.refuse("not a workbook (.xlsx) that can be read; save it again")
    shown = [one.name for one in book.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible]
    found = []
    for name in shown:
        sheet = sheet_of(data, File(sheet=name), problems)
        found.append((_header_in(sheet.rows[:SEARCHED], names), name, sheet))
    (row, known), name, sheet = max(found, key=lambda one: one[0][1])
    rows = sheet.rows
    _there(said, min(len(rows), SEARCHED), problems)
    by_person = said
    row, known = (row, known) if said is None else (said, least)
    _is_header(known >= least, rows[row - 1] if rows else [], problems)
    doubts, notes = [], []
    if len(shown) > 1:
        next_most = max(count for (_, count), other, _ in found if other != name)
        several = f"{len(shown)} sheets are visible"
        if by_person is None and known >= CLEARLY * max(1, next_most):
            notes.append(f"{several}; this one names by far the most columns that are known")
        else:
            doubts.append(f"{several}; is this the one?")
    footer = _footer(rows[row:]) or _sparse(rows[row - 1 :], doubts, notes)
    hidden = [at for at in sheet.hidden if row < at <= len(rows)]
    if hidden:
        doubts.append(f"{len(hidden)} of its rows are hidden; are they data? If not, take them out of the workbook")
    width = len(rows[row - 1])
    unseen = [column for column in sheet.hidden_columns if column < width]
    if unseen:
        doubts.append(f"{len(unseen)} of its columns are hidden; those that are used here are read all the same")
    if any(at > row and column < width for at, column in sheet.faults.get(MERGED, ())):
        doubts.append(MERGED_BELOW)
    file = File(
        sheet=name if len(shown) > 1 else None,
        header_row=row,
        footer=footer,
        hidden="read" if hidden or unseen else "refuse",
    )
    titles = _drawn(cell for above in rows[: row - 1] for cell in above)
    return Laid(file, doubts, titles, notes)


def _drawn(titles: Iterable[str]) -> dt.date | None:
    """The day that the lines above a header name, if it is one and no other: on it the file was drawn."""
    found = {day for title in titles for one in _DAY.finditer(title) if (day := _day(one))}
    return found.pop() if len(found) == 1 else None


def _day(written: re.Match[str]) -> dt.date | None:
    day, month, year, *iso = written.groups()
    if year is None:
        year, month, day = iso
    month = str(_MONTHS.index(month[:3].lower()) + 1) if month[:3].lower() in _MONTHS else month
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def other_sheets(path: Path, laid: Laid, names: frozenset[str]) -> list[Laid]:
    """The layouts of a workbook's other visible sheets, of those that have a header.

    Args:
        path: the workbook.
        laid: the sheet that was chosen.
        names: plain headers that mean something, beyond those that real systems use.
    """
    if laid.file.sheet is None:
        return []
    data, found = path.read_bytes(), []
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for one in book.sheets_metadata:
        if one.name == laid.file.sheet or one.visible != python_calamine.SheetVisibleEnum.Visible:
            continue
        rows = sheet_of(data, File(sheet=one.name), Problems(path.name)).rows
        row, known = _header_in(rows[:SEARCHED], _KNOWN | names)
        if known >= LEAST_KNOWN and not any(map(is_data, rows[row - 1])):
            footer = _footer(rows[row:])
            found.append(Laid(File(sheet=one.name, header_row=row, footer=footer)))
    return found


def _there(said: int | None, rows: int, problems: Problems) -> None:
    if said is not None and not 1 <= said <= rows:
        problems.refuse(f"there is no line {said} among the first {SEARCHED} that could be the header")


def _is_header(known: bool, header: list[str], problems: Problems) -> None:
    if not known:
        problems.refuse(
            f"none of the first {SEARCHED} rows looks like a header: none names two columns that are known. Put "
            "the columns' names above the data; or, if they are there and none is known, say on which line "
            "with --header-row"
        )
    values = sum(map(is_data, header))
    if values > 1:  # one may be a column called after a year
        problems.refuse(
            f"the row that names most columns holds {values} values, such as dates or postcodes, so it is a row of "
            "data. Put the columns' names above it"
        )


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _header_in(rows: list[list[str]], names: frozenset[str]) -> tuple[int, int]:
    """The row, from 1, that names most known columns, and how many."""
    said = frozenset(words(name) for name in names) - {frozenset()}
    counts = [sum(plain(cell) in names or words(cell) in said for cell in row) for row in rows] or [0]
    most = max(counts)
    return counts.index(most) + 1, most


def _footer(rows: list[list[str]]) -> Footer | None:
    """The words with which the last rows begin, where these are those of a footer."""
    begins: list[str] = []
    count = None
    for row in reversed([row for row in rows if any(cell.strip() for cell in row)][-5:]):
        cell = row[0].strip() if row else ""
        marks = len(cell) - len(cell.lstrip("*-=#<>[( "))
        word = next((word for word in ENDINGS if cell[marks:].lower().startswith(word)), None)
        if word is None:
            break
        begins.insert(0, cell[: marks + len(word)])
        count = _counted(row)
    return Footer(begins=list(dict.fromkeys(begins)), count=count) if begins else None


def _sparse(rows: list[list[str]], doubts: list[str], notes: list[str]) -> Footer | None:
    """A footer where the last row is nearly empty and no word tells: settled by its count of rows, else a doubt.

    Args:
        rows: the header and what stands below it.
        doubts: to which a question is added.
        notes: to which is added how it was settled.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if len(filled) < 3 or sum(map(bool, map(str.strip, filled[-1]))) > 2 or sum(map(bool, filled[0])) < 5:
        return None
    begins, count = filled[-1][0].strip(), _counted(filled[-1])
    if begins and count and int(float(filled[-1][1])) == len(filled) - 2:
        notes.append("the last row is no data: it counts the rows above it")
        return Footer(begins=[begins], count=count)
    # Not quoted: it may be what is left of a person's row.
    few = sum(map(bool, map(str.strip, filled[-1])))
    doubts.append(
        f"the last row fills {few} of {len(filled[0])} columns; if it is no "
        'data, name its words: footer = { begins = ["..."] }'
    )
    return None


def _counted(row: list[str]) -> int | None:
    """The cell of a footer that counts rows: the second, where it is a whole number."""
    return 2 if len(row) > 1 and row[1].strip().removesuffix(".0").isdecimal() else None
