"""A sender's file as text cells under its own headers, with the place of each row; its form is declared."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import polars as pl

from tf_linkage.intake.mapping.model import File, Footer
from tf_linkage.intake.mapping.workbook import sheet_of
from tf_linkage.intake.reading.ending import ending
from tf_linkage.intake.reading.extracts import unpacked
from tf_linkage.intake.reading.parquet import parquet_of
from tf_linkage.intake.reading.problems import Problems
from tf_linkage.intake.reading.structure import Layout, cells_of, structure_of

SUFFIXES = (".csv", ".txt", ".csv.gz", ".txt.gz", ".xlsx", ".parquet")

Line = Callable[[int], int]


@dataclass(frozen=True)
class Source:
    """A file's cells.

    Attributes:
        cells: text, null where blank, under the file's own headers.
        line_of: line, or row of the sheet, of each row.
        days: headers of columns whose cells were dates to the program that wrote them, and now are yyyy-mm-dd.
        faults: for each fault of a workbook's cells, and each header, the rows that have it.
        formulas: for each header, the rows whose value a formula gave.
        around: for each header, the rows that had blanks around what is written there.
        notes: what is to be noted of the file itself.
        word: what its lines are called.
    """

    cells: pl.DataFrame
    line_of: Line
    days: frozenset[str] = frozenset()
    faults: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    formulas: dict[str, list[int]] = field(default_factory=dict)
    around: dict[str, list[int]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    word: str = "line"


def suffix_of(name: str) -> str | None:
    """The form of a file by its name; None where it is none that can be read."""
    return next(
        (suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix)), None
    )


def source_of(data: bytes, name: str, file: File, wanted: Iterable[str], problems: Problems) -> Source:
    """A file's cells, by what the mapping says of its form.

    Args:
        data: the file.
        name: of the file; its suffix tells the form.
        file: encoding, delimiter, sheet, header and footer.
        wanted: headers that the mapping names, by which the header is known.
        problems: where problems are noted.

    Raises:
        InputRefused: with line or row and rule.
    """
    suffix = suffix_of(name)
    if suffix is None:
        problems.refuse(f"files that can be read end in {', '.join(SUFFIXES)}")
    if suffix == ".xlsx":
        return _of_sheet(data, file, list(wanted), problems)
    if suffix == ".parquet":
        return _of_parquet(data, problems)
    plain = unpacked(data, problems) if suffix.endswith(".gz") else data
    return _of_text(as_utf8(plain, file.encoding, problems), file, list(wanted), problems)


def as_utf8(data: bytes, encoding: str, problems: Problems) -> bytes:
    """The bytes as UTF-8: by their mark, else as UTF-8, else as the mapping says.

    Raises:
        InputRefused: they are neither, or are UTF-8 although the mapping says otherwise.
    """
    if data.startswith(codecs.BOM_UTF8):
        return data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", problems).encode()
    utf8 = _is_utf8(data)
    if encoding == "windows-1252":
        if utf8 and not data.isascii():
            problems.refuse("the mapping says windows-1252, but the bytes are UTF-8")
        return data if utf8 else _decoded(data, "windows-1252", problems).encode()
    if encoding == "utf-16":
        problems.refuse("the mapping says utf-16, but the file does not begin as UTF-16 does")
    return data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(data: bytes, encoding: str, problems: Problems) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        problems.refuse(f"not {encoding} text", line=data.count(b"\n", 0, error.start) + 1)


def _of_text(data: bytes, file: File, wanted: list[str], problems: Problems) -> Source:
    begins = tuple(file.footer.begins) if file.footer else ()
    layout = Layout(file.delimiter, file.header_row, begins)
    _header_is_there(data, file, wanted, problems)
    structure = structure_of(data, problems, layout)
    header = [name.strip() for name in structure.header]
    cells, around = _stripped(cells_of(structure, header, problems))
    _footer_fits(structure.footer, cells, file.footer, structure.line_of, problems)
    notes = () if structure.footer else ending(data, cells, structure.line_of, problems)
    return Source(cells, structure.line_of, around=around, notes=notes)


def _header_is_there(data: bytes, file: File, wanted: list[str], problems: Problems) -> None:
    """Whether the mapping's columns stand where it says; if they stand on another line, which."""
    lines = data.removeprefix(codecs.BOM_UTF8).splitlines()[:200]
    rows = [_split(line, file.delimiter) for line in lines]
    _header_among(rows, file, wanted, "line", problems)


def _header_among(rows: list[list[str]], file: File, wanted: list[str], word: str, problems: Problems) -> None:
    there = rows[file.header_row - 1] if file.header_row <= len(rows) else []
    if not wanted or set(wanted) & {name.strip() for name in there}:
        return
    other = next(
        (at for at, row in enumerate(rows, start=1) if set(wanted) <= {name.strip() for name in row}), None
    )
    if other:
        problems.refuse(f"{word} {file.header_row} names none of the mapping's columns; {word} {other} does")


def _split(line: bytes, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8", errors="replace")], delimiter=delimiter), [])
    except csv.Error:
        return []


def _footer_fits(
    footers: list[tuple[int, list[str]]],
    cells: pl.DataFrame,
    footer: Footer | None,
    line_of: Line,
    problems: Problems,
) -> None:
    """Whether a footer's words stand at the end alone, and its count is that of the rows."""
    if footer is None:
        return
    begins = tuple(words.casefold() for words in footer.begins)
    first = cells.to_series(0).fill_null("").str.strip_chars().str.to_lowercase()
    above = [at for at, cell in enumerate(first) if cell.casefold().startswith(begins)]
    if above:
        problems.add("a footer's words above data", line=line_of(above[0]))
        problems.no_data.update(map(line_of, above))
    if footer.count is None:
        return
    if not footers:
        problems.add("the footer that counts the rows is missing; the file may be cut off")
        return
    line, row = footers[0]
    said = row[footer.count - 1].strip().replace(",", "") if footer.count <= len(row) else ""
    said = said.removesuffix(".0")
    if not said.isdecimal():
        problems.add("the footer does not count the rows where the mapping says", line=line)
    elif int(said) != cells.height:
        problems.add(f"the footer counts {int(said)} rows, {cells.height} are there", line=line)


def _of_sheet(data: bytes, file: File, wanted: list[str], problems: Problems) -> Source:
    sheet = sheet_of(data, file, problems)
    problems.place = f"sheet {sheet.name}, row" if file.sheet else "row"
    _header_among([[str(cell) for cell in row] for row in sheet.rows[:200]], file, wanted, "row", problems)
    if file.header_row > len(sheet.rows):
        problems.refuse(f"there is no row {file.header_row}")
    header = [name.strip() for name in sheet.rows[file.header_row - 1]]
    while header and not header[-1]:
        header.pop()
    unnamed = [at for at, name in enumerate(header, start=1) if not name]
    if not header:
        problems.refuse("there are no names of columns", line=file.header_row)
    if unnamed:
        problems.refuse(f"column {unnamed[0]} of {len(header)} has no name", line=file.header_row)
    if len(set(header)) < len(header):
        places = [str(at) for at, name in enumerate(header, start=1) if header.count(name) > 1]
        problems.refuse(f"columns {' and '.join(places[:2])} have the same name", line=file.header_row)
    width = len(header)
    body = sheet.rows[file.header_row :]
    while body and not any(body[-1]):
        body.pop()
    footers: list[tuple[int, list[str]]] = []
    begins = tuple(words.casefold() for words in file.footer.begins) if file.footer else ()
    while begins and body and (not any(body[-1]) or body[-1][0].casefold().startswith(begins)):
        footers.insert(0, (file.header_row + len(body), body[-1]))
        body.pop()
    footers = [one for one in footers if any(one[1])]
    if any(any(row[width:]) for row in body):
        at = next(at for at, row in enumerate(body) if any(row[width:]))
        problems.add("a cell to the right of the header", line=file.header_row + 1 + at)
    cells, around = _stripped(
        pl.DataFrame(
            {name: [row[at] or None for row in body] for at, name in enumerate(header)},
            schema=dict.fromkeys(header, pl.String),
        )
    )

    def line_of(row: int) -> int:
        return file.header_row + 1 + row

    _footer_fits(footers, cells, file.footer, line_of, problems)
    hidden = [row for row in sheet.hidden if file.header_row < row <= file.header_row + len(body)]
    if hidden and file.hidden == "refuse":
        rows = f"{len(hidden)} row{'s are' if len(hidden) > 1 else ' is'}"
        problems.add(
            f"sheet {sheet.name}: {rows} hidden; show all rows or say hidden = 'read'"
            if file.sheet
            else f"{rows} hidden; show all rows or say hidden = 'read'"
        )
    unseen = sorted(set(wanted) & {name for at, name in enumerate(header) if at in sheet.hidden_columns})
    if unseen and file.hidden == "refuse":
        several = "columns are" if len(unseen) > 1 else "the column is"
        problems.add(
            f"{several} hidden: {', '.join(unseen)}; show all columns or say hidden = 'read'", line=file.header_row
        )

    def below(cells: Iterable[tuple[int, int]]) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, column in cells:
            at = row - file.header_row - 1
            if 0 <= at < len(body) and column < width:
                rows.setdefault(header[column], []).append(at)
        return rows

    faults = {rule: below(places) for rule, places in sheet.faults.items()}
    days = frozenset(
        name for at, name in enumerate(header) if any((r, at) in sheet.days for r in range(len(sheet.rows)))
    )
    return Source(cells, line_of, days, faults, below(sheet.formulas), around, word="row")


def _of_parquet(data: bytes, problems: Problems) -> Source:
    problems.place = "row"
    frame = parquet_of(data)
    if frame is None:
        problems.refuse("not a Parquet file that can be read; write it again")
    days = frozenset(name for name, kind in frame.schema.items() if isinstance(kind, pl.Date))
    try:
        cells = frame.select(pl.all().cast(pl.String))
    except pl.exceptions.PolarsError:
        problems.refuse("a column is neither text, number, day nor yes or no; write it again")
    bare, around = _stripped(cells.rename({name: name.strip() for name in cells.columns}))
    return Source(bare, lambda row: row + 1, days, around=around, word="row")


def _stripped(cells: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, list[int]]]:
    """Cells without blanks around them, of any kind, null where nothing is left; and which had some."""
    if not cells.width:
        return cells, {}
    bare = cells.select(pl.all().str.strip_chars()).select(pl.when(pl.all() != "").then(pl.all()).name.keep())
    changed = {name: (bare[name] != cells[name]).fill_null(value=False) for name in cells.columns}
    return bare, {name: rows.arg_true().to_list() for name, rows in changed.items() if rows.any()}
