"""Records brought into one form before they are compared: what columns raw fields become, and the order of rows.

What becomes of a value stands in `values`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.reading import USUAL, Reading
from tf_linkage.linkage.standardise.values import StandardColumn, extra_values, standard_column

STANDARD_FIELDS = ("forename", "surname", "date_of_birth", "gender", "address", "postcode", "nino")
"""Raw fields that are standardised by their meaning; other columns are only folded to one case."""

_PARTS: dict[str, tuple[str, ...]] = {
    "forename": ("forename", "forename_first", "forename_second", "forename_canon", "forename_initial"),
    "surname": ("surname", "surname_first", "surname_last", "surname_start"),
    "date_of_birth": ("dob", "dob_year", "dob_day_month"),
    "gender": ("gender",),
    "address": ("address", "house", "street"),
    "postcode": ("postcode", "sector", "district"),
    "nino": ("nino",),
}

Seen = Callable[[str, pl.Series, StandardColumn], None]
"""Is shown each raw column that is standardised: its name, itself, and what it became."""


def standardise(
    table: pl.LazyFrame,
    record_id: str,
    fields: Sequence[str],
    extra: Sequence[str] = (),
    reading: Reading = USUAL,
    *,
    seen: Seen | None = None,
) -> pl.DataFrame:
    """A table's identifiers in one form, ready to be blocked and compared.

    Args:
        table: any table with the columns named.
        record_id: column that names a record or, with alias rows, a person.
        fields: raw columns of `STANDARD_FIELDS` that are to be used.
        extra: other columns to compare, folded to capitals without accents.
        reading: placeholders, and the order of dates.
        seen: is shown each column and what it became, if anybody wants to know.

    Returns:
        One row per row of the table, sorted by record id and then by content: `row` (0, 1, ...), `record_id` as
        text, and the columns of `standard_columns`. Unknown values are null.

    Raises:
        LinkageRefused: a column is missing, or a record has no id.
    """
    present = table.collect_schema().names()
    for column in (record_id, *fields, *extra):
        if column not in present:
            raise LinkageRefused(f"column {column!r} is missing; the table has {', '.join(present)}")
    raw = table.select(list(dict.fromkeys([record_id, *fields, *extra]))).collect()
    ids = raw[record_id].cast(pl.String)
    if ids.null_count():
        raise LinkageRefused(f"column {record_id!r} is empty in {ids.null_count()} rows")
    order = ids.arg_sort()
    columns = {"record_id": ids.gather(order)}
    for name, made in _made(raw, fields, extra, reading):
        if seen is not None:
            seen(name, raw[name], made)
        columns |= made.columns(order)
    frame = pl.DataFrame({name: columns[name] for name in ("record_id", *standard_columns(fields, extra))})
    return _settled(frame).with_row_index("row")


def _made(
    raw: pl.DataFrame, fields: Sequence[str], extra: Sequence[str], reading: Reading
) -> Iterator[tuple[str, StandardColumn]]:
    """Each column by name and what it becomes, one at a time, so that one alone is held in full."""
    kinds = dict(reading.kinds)
    for name in fields:
        yield name, standard_column(name, raw[name], reading)
    for name in extra:
        yield name, extra_values(raw[name], kinds.get(name, "name"), extra_column(name), reading)


def repeats(ids: pl.Series) -> pl.Series:
    """Which of sorted ids are the same as the one before."""
    return (ids == ids.shift(1)).fill_null(value=False)


def _settled(frame: pl.DataFrame) -> pl.DataFrame:
    """A table that is sorted by record id; rows of one id, which are few, by their content, nulls last."""
    again = repeats(frame["record_id"])
    if not again.any():
        return frame
    at = (again | again.shift(-1, fill_value=False)).arg_true()
    ordered = frame[at].sort(frame.columns, nulls_last=True)
    order = pl.int_range(frame.height, dtype=pl.UInt32, eager=True)
    order = order.scatter(
        at, pl.int_range(frame.height, frame.height + ordered.height, dtype=pl.UInt32, eager=True)
    )
    return pl.concat([frame, ordered])[order]


def standard_columns(fields: Iterable[str], extra: Iterable[str] = ()) -> list[str]:
    """Names of the standardised columns that the raw fields become."""
    return [part for name in fields for part in _PARTS[name]] + [extra_column(name) for name in extra]


def extra_column(name: str) -> str:
    """The standardised column of an extra one, fit for SQL whatever its name: that of another column is another."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower())
    if plain == name:
        return f"x_{name}"
    return f"x_{plain}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def whole_columns(fields: Iterable[str]) -> list[str]:
    """For each raw field the standardised column that is null where nothing of the field is known."""
    return [_PARTS[name][0] for name in fields]


def field_of(column: str) -> str:
    """The raw field, or extra column, that a standardised column comes from."""
    return next((field for field, parts in _PARTS.items() if column in parts), column)
