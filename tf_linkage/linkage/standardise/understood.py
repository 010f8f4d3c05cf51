"""What was read of each field, what is missing, and what nobody could make sense of; counts, never a value."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.standardise.dates import DatesRead
from tf_linkage.linkage.standardise.reading import Reading
from tf_linkage.linkage.standardise.values import StandardColumn

_ORDERS = {"dmy": "day before month", "mdy": "month before day", "ymd": "year first"}
_WHAT = {
    "forename": "no name", "surname": "no name", "date_of_birth": "no date", "gender": "neither male nor female",
    "address": "no address", "postcode": "no postcode", "nino": "no such number",
}  # fmt: skip


@dataclass(frozen=True)
class FieldRead:
    """How one column was read.

    Attributes:
        field: the field, or the extra column.
        rows: of the table.
        read: values that are compared.
        missing: blanks.
        not_understood: values of which nothing was made: placeholders and what is none of its kind.
        notes: what else a person should know, in words.
    """

    field: str
    rows: int
    read: int
    missing: int
    not_understood: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"{self.read:,} of {self.rows:,} read"]
        if self.missing:
            parts.append(f"{self.missing:,} missing")
        if self.not_understood:
            what = _WHAT.get(self.field, "nothing known")
            parts.append(f"{self.not_understood:,} not understood (placeholders, or {what}) and taken for unknown")
        return "; ".join((", ".join(parts), *self.notes))


def field_read(field: str, made: StandardColumn, reading: Reading) -> FieldRead:
    """How a raw column was read.

    Args:
        field: the field, or the extra column.
        made: what became of it.
        reading: placeholders, and the order of dates.
    """
    if made.held is None:
        assert made.raw is not None  # noqa: S101  what was read row by row keeps its rows
        values, rows, nulls = made.raw, made.raw.len(), 0
    else:
        values, rows, nulls = made.held.values, made.held.codes.len(), made.held.codes.null_count()
    text = values.cast(pl.String).str.strip_chars()
    blank = text.is_null() | (text == "")
    # Of a date the year alone may be known, which is the second part.
    parts = made.parts.columns[: 1 if made.dates is None else 2]
    known = made.parts.select(pl.any_horizontal(pl.col(part).is_not_null() for part in parts)).to_series()
    read, empty = (int(made.rows(which).fill_null(value=False).sum()) for which in (known, blank & ~known))
    missing = nulls + empty
    notes = () if made.dates is None else _of_dates(made, made.dates, reading)
    return FieldRead(field, rows, read, missing, rows - read - missing, notes)


def _of_dates(made: StandardColumn, read: DatesRead, reading: Reading) -> tuple[str, ...]:
    notes = []
    alone = int(made.rows(read.dob.is_null() & read.year.is_not_null()).sum() or 0)
    no_day = read.dob.is_not_null() & read.dob.str.to_date("%Y%m%d", strict=False).is_null()
    impossible = int(made.rows(no_day).sum() or 0)
    if read.open_to:
        notes.append(
            f"nothing tells whether day or month comes first, so they are read {_ORDERS[read.order]}; --dates says"
        )
    elif read.written and read.order != "dmy":
        notes.append(f"{_ORDERS[read.order]}")
    if alone:
        notes.append(f"{alone:,} years alone")
    if read.two_digits:
        pivot = reading.pivot
        notes.append(f"years of two digits up to {pivot:02d} are 20{pivot:02d} and before; --pivot says")
    if read.serials:
        notes.append("some are numbers of days, as Excel counts them")
    if impossible:
        notes.append(f"{impossible:,} are no days of the calendar and are compared as they stand")
    return tuple(notes)
