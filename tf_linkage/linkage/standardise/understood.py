"""What was read of each field, what is missing, and what nobody could make sense of; counts, never a value."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.standardise.dates import dates_of
from tf_linkage.linkage.standardise.distinct import Distinct
from tf_linkage.linkage.standardise.fields import extra_parts, standard_parts, whole_columns
from tf_linkage.linkage.standardise.reading import Reading

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
            parts.append(f"{self.not_understood:,} placeholders or {what}, which count as unknown")
        return "; ".join((", ".join(parts), *self.notes))


def field_read(field: str, column: pl.Series, reading: Reading, *, extra: bool = False) -> FieldRead:
    """How a raw column is read as a field of `STANDARD_FIELDS`, or as an extra one."""
    held = Distinct.of(column)
    text = held.values.cast(pl.String).str.strip_chars()
    blank = text.is_null() | (text == "")
    if extra:
        known = extra_parts(field, held.values, reading).is_not_null()
    else:
        parts = standard_parts(field, held.values, reading)
        known = parts[whole_columns([field])[0]].is_not_null()
        if "dob_year" in parts:
            known |= parts["dob_year"].is_not_null()
    rows = column.len()
    read, empty = (int(held.rows(which).fill_null(value=False).sum()) for which in (known, blank & ~known))
    missing = column.null_count() + empty
    notes = _of_dates(held, reading) if field == "date_of_birth" and not extra else ()
    return FieldRead(field, rows, read, missing, rows - read - missing, notes)


def _of_dates(held: Distinct, reading: Reading) -> tuple[str, ...]:
    read = dates_of(held.values, reading)
    notes = []
    alone = int(held.rows(read.dob.is_null() & read.year.is_not_null()).sum() or 0)
    no_day = read.dob.is_not_null() & read.dob.str.to_date("%Y%m%d", strict=False).is_null()
    impossible = int(held.rows(no_day).sum() or 0)
    if read.open_to:
        notes.append(
            f"nothing tells whether day or month comes first, so they are read {_ORDERS[read.order]}; --dates says"
        )
    elif held.values.dtype == pl.String and read.order != "dmy":
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
