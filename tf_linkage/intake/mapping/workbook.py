"""A sheet of a workbook: cells by python-calamine, and what that does not show.

Error cells, formulas, merged cells, hidden rows and columns: all of them can make a table another than its reader
sees.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import python_calamine

from tf_linkage.intake.mapping.model import File
from tf_linkage.intake.reading.problems import Problems

LARGEST, MOST_PARTS = 500_000_000, 5_000
"""Bytes of a workbook when unpacked, and parts of it: a sheet of a million rows comes to less."""

WIDEST = 16_384
"""Columns of a sheet, by the format."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
BROKEN = "not a workbook (.xlsx) that can be read; save it again"
ERROR = "an error cell"
NOT_CALCULATED = "a formula that was never calculated; open the workbook, let it calculate, and save it"
MERGED = "merged cells, of which all but the first are blank; unmerge them and fill each"

MOST_MERGED = 1_000_000
"""Cells of merged ranges that are looked at; a sheet with more has been merged whole."""


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as text.

    Attributes:
        name: as the workbook calls it.
        rows: text of each cell, empty where blank; all rows equally wide.
        days: cells (row and column from 0) that are dates.
        faults: by rule, the cells (row from 1, column from 0) against it.
        formulas: cells (row from 1, column from 0) whose value a formula gave.
        hidden: rows, from 1, that are hidden.
        hidden_columns: columns, from 0, that are hidden.
    """

    name: str
    rows: list[list[str]]
    days: set[tuple[int, int]] = field(default_factory=set)
    faults: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    formulas: list[tuple[int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)


def sheet_of(data: bytes, file: File, problems: Problems) -> Sheet:
    """The sheet that a mapping speaks of, or the only visible one.

    Raises:
        InputRefused: no workbook, too large when unpacked, no such sheet, or several and none named.
    """
    _small_enough(data, problems)
    book = _opened(data, problems)
    visible = [one.name for one in book.sheets_metadata if one.visible == python_calamine.SheetVisibleEnum.Visible]
    if file.sheet is None and len(visible) != 1:
        problems.refuse(f"{len(visible)} sheets are visible; name the sheet")
    name = visible[0] if file.sheet is None else file.sheet
    if name not in book.sheet_names:
        problems.refuse("the workbook has no sheet of the name that the mapping gives")
    sheet = Sheet(name, [])
    try:
        raw = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        _scan(data, name, sheet)
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raw = None
    if raw is None:
        problems.refuse(BROKEN)
    for at, row in enumerate(raw):
        sheet.rows.append([_text(cell, (at, column), sheet.days) for column, cell in enumerate(row)])
    return sheet


def _small_enough(data: bytes, problems: Problems) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = book.infolist()
    except Exception:
        parts = None
    if parts is None:
        problems.refuse(BROKEN)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        problems.refuse(f"more than {LARGEST // 10**6} MB when unpacked")


def _opened(data: bytes, problems: Problems) -> python_calamine.CalamineWorkbook:
    book = None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
    if book is None:
        problems.refuse(BROKEN)
    return book


def _text(cell: Any, at: tuple[int, int], days: set[tuple[int, int]]) -> str:
    """A cell as a person would type it: whole numbers without a point, days as yyyy-mm-dd."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, dt.datetime):
        days.add(at)
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, dt.date):
        days.add(at)
        return cell.isoformat()
    return str(cell)


def _scan(data: bytes, name: str, sheet: Sheet) -> None:
    """What calamine does not show, from the sheet's own XML."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        content = book.read(_part_of(book, name))
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type declaration")
    for _, element in ElementTree.iterparse(io.BytesIO(content)):  # noqa: S314  (no entities: no DOCTYPE; bounded)
        if element.tag == f"{_MAIN}row":
            if element.get("hidden") in ("1", "true"):
                sheet.hidden.append(int(element.get("r", "0")))
            element.clear()
        elif element.tag == f"{_MAIN}c" and (at := _CELL.fullmatch(element.get("r", ""))):
            _look_at(element, (int(at[2]), _column(at[1])), sheet)
        elif element.tag == f"{_MAIN}col" and element.get("hidden") in ("1", "true"):
            last = min(int(element.get("max", "0")), WIDEST)
            sheet.hidden_columns.update(range(int(element.get("min", "1")) - 1, last))
        elif element.tag == f"{_MAIN}mergeCell":
            _merged(element.get("ref", ""), sheet)


def _look_at(cell: ElementTree.Element, at: tuple[int, int], sheet: Sheet) -> None:
    kind, value = cell.get("t"), cell.find(f"{_MAIN}v")
    if kind == "e":
        sheet.faults.setdefault(ERROR, []).append(at)
    elif cell.find(f"{_MAIN}f") is not None:
        sheet.formulas.append(at)
        if kind != "str" and (value is None or not value.text):
            sheet.faults.setdefault(NOT_CALCULATED, []).append(at)


def _merged(reference: str, sheet: Sheet) -> None:
    """The cells of a merged range."""
    ends = [_CELL.fullmatch(end) for end in reference.split(":")]
    if len(ends) != 2 or not (ends[0] and ends[1]):
        return
    (top, left), (bottom, right) = ((int(end[2]), _column(end[1])) for end in ends if end)
    cells = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
    merged = sheet.faults.setdefault(MERGED, [])
    merged.extend(islice(cells, max(MOST_MERGED - len(merged), 0)))


def _part_of(book: zipfile.ZipFile, name: str) -> str:
    """The part of the workbook in which a sheet stands."""
    listed = _parsed(book.read("xl/workbook.xml"))
    relation = next(one.get(_RELATION) for one in listed.iter(f"{_MAIN}sheet") if one.get("name") == name)
    links = _parsed(book.read("xl/_rels/workbook.xml.rels"))
    target = next(one.get("Target", "") for one in links if one.get("Id") == relation)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parsed(content: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type declaration")
    return ElementTree.fromstring(content)  # noqa: S314  (no entities: no DOCTYPE; bounded)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
