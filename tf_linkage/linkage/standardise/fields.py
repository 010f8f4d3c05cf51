"""Records brought into one form before they are compared: what columns raw fields become, and the order of rows.

What becomes of a value stands in `values`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.standardise.distinct import Distinct
from tf_linkage.linkage.standardise.reading import USUAL, Reading
from tf_linkage.linkage.standardise.standard_table import Column, StandardTable
from tf_linkage.linkage.standardise.values import ROW_BY_ROW, StandardColumn, extra_values, standard_column

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

Seen = Callable[[str, StandardColumn], None]
"""Is shown what each raw column that is standardised became, by its name."""

BATCH = 250_000
"""Rows of a table that are held as they came at one time."""


def standardise(
    table: pl.LazyFrame,
    record_id: str,
    fields: Sequence[str],
    extra: Sequence[str] = (),
    reading: Reading = USUAL,
    *,
    seen: Seen | None = None,
) -> pl.DataFrame:
    """A table's identifiers in one form, ready to be blocked and compared; `in_standard_form` as a frame.

    Returns:
        One row per row of the table, sorted by record id and then by content: `row` (0, 1, ...), `record_id` as
        text, and the columns of `standard_columns`. Unknown values are null.

    Raises:
        LinkageRefused: a column is missing, or a record has no id.
    """
    return in_standard_form(table, record_id, fields, extra, reading, seen=seen).frame()


def in_standard_form(
    table: pl.LazyFrame,
    record_id: str,
    fields: Sequence[str],
    extra: Sequence[str] = (),
    reading: Reading = USUAL,
    *,
    seen: Seen | None = None,
    batch: int = BATCH,
) -> StandardTable:
    """A table's identifiers in one form, each value held once.

    The table is read in batches, of which nothing is kept but ids, values not met before, and which value each row
    holds: a table of millions takes a fraction of what it takes as it came.

    Args:
        table: any table with the columns named.
        record_id: column that names a record or, with alias rows, a person.
        fields: raw columns of `STANDARD_FIELDS` that are to be used.
        extra: other columns to compare, folded to capitals without accents.
        reading: placeholders, and the order of dates.
        seen: is shown what each column became, if anybody wants to know.
        batch: rows that are read at once; the outcome does not depend on it.

    Raises:
        LinkageRefused: a column is missing, or a record has no id.
    """
    present = table.collect_schema().names()
    for column in (record_id, *fields, *extra):
        if column not in present:
            raise LinkageRefused(f"column {column!r} is missing; the table has {', '.join(present)}")
    ids, raw = _read(table, record_id, [*fields, *extra], batch)
    if ids.null_count():
        raise LinkageRefused(f"column {record_id!r} is empty in {ids.null_count()} rows")
    made = []
    for name in (*fields, *extra):
        became = _made(name, raw.pop(name), name in fields, reading)
        if seen is not None:
            seen(name, became)
        made.append(dataclasses.replace(became, raw=None))
    order = _settled(ids, made)
    columns: dict[str, Column] = {}
    while made:
        columns |= made.pop(0).columns(order)
    return StandardTable.of_ids(
        ids.gather(order), {name: columns[name] for name in standard_columns(fields, extra)}
    )


def _read(
    table: pl.LazyFrame, record_id: str, columns: Sequence[str], batch: int
) -> tuple[pl.Series, dict[str, list[Distinct | pl.Series]]]:
    """Ids as text, and each column piece by piece."""
    wanted = list(dict.fromkeys([record_id, *columns]))
    ids: list[pl.Series] = []
    pieces: dict[str, list[Distinct | pl.Series]] = {name: [] for name in columns}
    for rows in _batches(table.select(wanted), batch):
        ids.append(rows[record_id].cast(pl.String))
        for name, found in pieces.items():
            found.append(rows[name] if name == ROW_BY_ROW else Distinct.of(rows[name]))
    return pl.concat(ids, rechunk=True), pieces


def _batches(table: pl.LazyFrame, batch: int) -> Iterator[pl.DataFrame]:
    empty = True
    for rows in table.collect_batches(chunk_size=batch, maintain_order=True):
        empty = False
        yield rows
    if empty:
        yield table.collect()


def _made(name: str, pieces: list[Distinct | pl.Series], is_field: bool, reading: Reading) -> StandardColumn:
    """What a column becomes that was read piece by piece."""
    reading = reading.of(name)
    whole = [piece for piece in pieces if isinstance(piece, pl.Series)]
    if whole:
        return standard_column(name, pl.concat(whole, rechunk=True), reading)
    held = Distinct.joined([piece for piece in pieces if isinstance(piece, Distinct)])
    if is_field:
        return standard_column(name, held, reading)
    return extra_values(held, dict(reading.kinds).get(name, "name"), extra_column(name), reading)


def repeats(ids: pl.Series) -> pl.Series:
    """Which of sorted ids are the same as the one before."""
    return (ids == ids.shift(1)).fill_null(value=False)


def _settled(ids: pl.Series, made: Sequence[StandardColumn]) -> pl.Series:
    """The order of rows by record id; rows of one id, which are few, by their content, nulls last."""
    order = ids.arg_sort()
    again = repeats(ids.gather(order))
    if not again.any():
        return order
    at = (again | again.shift(-1, fill_value=False)).arg_true()
    rows = order.gather(at)
    content = {name: part.rows() for column in made for name, part in column.columns(rows).items()}
    few = pl.DataFrame({"id": ids.gather(rows), **content, "place of row": rows})
    return order.scatter(at, few.sort(few.columns[:-1], nulls_last=True)["place of row"])


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
