"""The structure of a CSV file, checked byte by byte before any parser guesses.

Parsers forgive: polars pads a short row, reads a file separated by semicolons as one column and accepts a header
twice; others turn an unclosed quote into data. Here a file is either plainly rows of equally many fields or it is
refused with its line. Once this check has passed, the parser has nothing left to guess. Bytes, quotes, delimiters,
line numbers.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from tf_linkage.intake.reading.problems import LONGEST_FIELD, Problems

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


@dataclass(frozen=True)
class Layout:
    """How a file's rows are laid out.

    Attributes:
        delimiter: between fields.
        header_row: line on which the header stands; what is above it is not read.
        footer: words with which rows begin that are no data, where they are the last.
    """

    delimiter: str = ","
    header_row: int = 1
    footer: tuple[str, ...] = ()


PLAIN = Layout()


@dataclass(frozen=True)
class Structure:
    """A sound CSV file: its header, the bytes below it, and the line on which each record starts.

    Attributes:
        header: names of the columns.
        body: the rows below the header and above the footer.
        lines: of the header and of each row.
        footer: line and cells of each row of the footer.
        delimiter: between fields.
    """

    header: list[str]
    body: bytes
    lines: npt.NDArray[np.int64]
    footer: list[tuple[int, list[str]]] = field(default_factory=list)
    delimiter: str = ","

    def line_of(self, row: int) -> int:
        """The line on which the record of a data row (from 0) starts."""
        return int(self.lines[row + 1])


def structure_of(data: bytes, problems: Problems, layout: Layout = PLAIN) -> Structure:
    """Checks the bytes of a CSV file.

    Args:
        data: the file. A UTF-8 byte order mark is allowed and dropped; blank lines at the end are.
        problems: where problems are noted.
        layout: delimiter, line of the header, words of a footer.

    Raises:
        InputRefused: empty, not UTF-8, NUL bytes, a stray or unclosed quote, a row with more or fewer fields
            than the header, a doubled or blank header, a field of more than 10,000 bytes.
    """
    data = data.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    if not data.strip():
        problems.refuse("the file is empty")
    _is_text(data, problems)
    _separated_as_said(data, problems, layout)
    ends, lines, fields = _scan(data, problems, layout.delimiter)
    starts = np.concatenate(([0], ends + 1)).astype(np.int64)
    ends = np.concatenate((ends, [len(data)])).astype(np.int64)
    places = np.flatnonzero(lines == layout.header_row)
    if not len(places):
        problems.refuse(f"no row begins on line {layout.header_row}, where the header should be")
    first, last = int(places[0]), len(lines)
    footer: list[tuple[int, list[str]]] = []
    while layout.footer and last - 1 > first:
        cells = _cells(data[starts[last - 1] : ends[last - 1]], layout.delimiter)
        if any(cells) and not cells[0].strip().casefold().startswith(tuple(map(str.casefold, layout.footer))):
            break
        last -= 1
        if any(cells):
            footer.insert(0, (int(lines[last]), cells))
    header = _cells(data[starts[first] : ends[first]], layout.delimiter)
    _sound_header(header, problems, layout)
    _equal_rows(fields[first:last], lines[first:last], problems)
    body = data[starts[first + 1] : ends[last - 1]].rstrip(b"\r\n") if last - 1 > first else b""
    return Structure(header, body, lines[first:last], footer, layout.delimiter)


def _separated_as_said(data: bytes, problems: Problems, layout: Layout) -> None:
    """Refuses a header that another mark separates, before quotes between such marks look wrong."""
    header = next(iter(data.split(b"\n", layout.header_row)[layout.header_row - 1 :]), b"")
    if layout.delimiter.encode() in header:
        return
    for delimiter, name in ((b",", "commas"), (b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")):
        if delimiter in header:
            wanted = "separate them by commas" if layout.delimiter == "," else "say so with delimiter"
            problems.refuse(f"fields are separated by {name}; {wanted}", line=layout.header_row)


def _cells(row: bytes, delimiter: str) -> list[str]:
    """The fields of one row; of a title or a footer as well as can be."""
    return next(csv.reader([row.decode().rstrip("\r")], delimiter=delimiter), [])


def cells_of(structure: Structure, names: list[str], problems: Problems) -> pl.DataFrame:
    """The cells below the header as text under the given names, null where blank.

    Raises:
        InputRefused: the parser sees other rows than the check did.
    """
    schema = dict.fromkeys(names, pl.String)
    if not structure.body:
        return pl.DataFrame(schema=schema)
    try:
        table = pl.read_csv(structure.body, has_header=False, schema=schema, separator=structure.delimiter)
    except pl.exceptions.PolarsError:
        # What the parser says may quote a cell.
        table = None
    if table is None or table.height != len(structure.lines) - 1:
        problems.refuse("the rows could not be told apart with certainty; save the file again as CSV UTF-8")
    return table


def same_names(header: list[str], problems: Problems, line: int = 1) -> None:
    """Refuses a header that names a column twice, by position: a first line that is no header may hold data."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(header, start=1):
        places.setdefault(name, []).append(place)
    for several in places.values():
        if len(several) > 1:
            problems.add(f"columns {' and '.join(map(str, several))} have the same name", line=line)
    problems.refuse_if_any()


def _is_text(data: bytes, problems: Problems) -> None:
    if data.startswith(b"\x1f\x8b"):
        problems.refuse("the file is packed by gzip, and its name does not say so")
    if data.startswith(b"PK\x03\x04"):
        problems.refuse("the file is a workbook or another zip, and its name does not say so")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problems.refuse("UTF-16 text, and not UTF-8")
    if (at := data.find(b"\0")) >= 0:
        problems.refuse("a NUL byte; the file is not plain UTF-8 text", line=_line_at(data, at))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.refuse("not UTF-8 text; save the file as CSV UTF-8", line=_line_at(data, error.start))


def _scan(
    data: bytes, problems: Problems, delimiter: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where records end, on which lines they start, and how many fields each has."""
    octets, comma = np.frombuffer(data, dtype=np.uint8), ord(delimiter)
    at = np.flatnonzero(np.isin(octets, np.array([_QUOTE, comma, _NEWLINE, _RETURN], dtype=np.uint8)))
    kind = octets[at]
    is_quote = kind == _QUOTE
    # An odd number of quotes so far: inside a quoted field. A doubled quote leaves and re-enters at once.
    inside = (np.cumsum(is_quote) % 2).astype(bool)
    newline_lines = np.cumsum(kind == _NEWLINE)
    if is_quote.any():
        _sound_quotes(octets, at[is_quote], inside[is_quote], comma, problems)
    _sound_returns(octets, at[(kind == _RETURN) & ~inside], problems)
    ends = (kind == _NEWLINE) & ~inside
    record_ends = at[ends]
    lines = np.concatenate(([1], newline_lines[ends] + 1)).astype(np.int64)
    separators = np.cumsum((kind == comma) & ~inside)
    upto = np.concatenate((separators[ends], separators[-1:] if len(separators) else [0]))
    fields = np.diff(upto, prepend=0) + 1
    _short_fields(data, at[~is_quote & ~inside], problems)
    return record_ends, lines, fields


def _sound_quotes(
    octets: npt.NDArray[np.uint8],
    quotes: npt.NDArray[np.int64],
    opens: npt.NDArray[np.bool_],
    comma: int,
    problems: Problems,
) -> None:
    """A quote opens only at the start of a field and closes only at its end; a quote within is doubled."""
    padded = np.concatenate(([_NEWLINE], octets, [_NEWLINE]))
    before, after = padded[quotes], padded[quotes + 2]
    edge = np.array([comma, _NEWLINE, _QUOTE], dtype=np.uint8)
    # A carriage return may follow a closing quote only as the first half of a line's end.
    line_end = (after == _RETURN) & (padded[np.minimum(quotes + 3, len(padded) - 1)] == _NEWLINE)
    wrong = np.where(opens, ~np.isin(before, edge), ~(np.isin(after, edge) | line_end))
    if wrong.any():
        problems.refuse(
            "a quote in the middle of a field; quote the whole field and double the quote within",
            line=_line_at(octets.tobytes(), int(quotes[wrong][0])),
        )
    if len(quotes) % 2:
        problems.refuse("a quote is opened and never closed", line=_line_at(octets.tobytes(), int(quotes[-1])))


def _sound_returns(octets: npt.NDArray[np.uint8], returns: npt.NDArray[np.int64], problems: Problems) -> None:
    """Outside quotes a carriage return is only ever the first half of a line's end."""
    following = np.concatenate((octets, [_NEWLINE]))[returns + 1]
    if (following != _NEWLINE).any():
        at = int(returns[following != _NEWLINE][0])
        problems.refuse(
            "a carriage return that ends no line; end lines as Unix or Windows does",
            line=_line_at(octets.tobytes(), at),
        )


def _short_fields(data: bytes, boundaries: npt.NDArray[np.int64], problems: Problems) -> None:
    lengths = np.diff(boundaries, prepend=-1, append=len(data)) - 1
    longest = int(np.argmax(lengths))
    if lengths[longest] > LONGEST_FIELD:
        start = int(boundaries[longest - 1]) + 1 if longest else 0
        problems.refuse(f"a field of more than {LONGEST_FIELD:,} bytes", line=_line_at(data, start))


def _sound_header(header: list[str], problems: Problems, layout: Layout) -> None:
    unnamed = [at for at, name in enumerate(header, start=1) if not name.strip()]
    if unnamed:
        problems.refuse(f"column {unnamed[0]} of {len(header)} has no name", line=layout.header_row)
    same_names(header, problems, line=layout.header_row)


def _equal_rows(fields: npt.NDArray[np.int64], lines: npt.NDArray[np.int64], problems: Problems) -> None:
    wanted = int(fields[0])
    for wrong, word in ((fields < wanted, "fewer"), (fields > wanted, "more")):
        if wrong.any():
            first = int(np.argmax(wrong))
            problems.add(
                f"{word} fields than the header ({int(fields[first])}, not {wanted})",
                line=int(lines[first]),
                rows=int(wrong.sum()),
            )
    problems.refuse_if_any()


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
