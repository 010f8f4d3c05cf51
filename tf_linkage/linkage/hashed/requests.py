"""A hashed table as a department's request, and back: one contract for everything that may stand there."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.contracts.columns import as_declared, schema_of
from tf_linkage.contracts.link_requests import FILTERED_VALUES, HASHED_VALUES, HashedRequest
from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.hashed.bloom import Bloom, filter_column
from tf_linkage.linkage.hashed.tables import LINKAGE_ON, RECORD, HashedTable, in_order

REFERENCE, KIND, KEY = "request_ref", "linkage_on", "key_name"


def as_request(table: HashedTable) -> pl.DataFrame:
    """What a department is sent: `contracts.link_requests.HashedRequest`, in the order of its references."""
    made = table.frame.rename(_names(table.frame.columns)).with_columns(
        pl.selectors.binary().bin.encode("hex"),
        pl.lit(table.linkage_on).alias(KIND),
        pl.lit(table.key).alias(KEY),
    )
    missing = [pl.lit(None, pl.String).alias(name) for name in schema_of(HashedRequest) if name not in made.columns]
    return as_declared(made.with_columns(missing), HashedRequest).sort(REFERENCE)


def of_request(request: pl.DataFrame, fields: Sequence[str], *, bloom: Bloom | None = None) -> HashedTable:
    """The hashed table that a request holds.

    Args:
        request: `contracts.link_requests.HashedRequest`.
        fields: the identifiers of which the request was made.
        bloom: how filters were made; the usual ones unless given.

    Raises:
        LinkageRefused: it is no such request, is empty, or was put together from two.
    """
    if request.columns != list(schema_of(HashedRequest)):
        raise LinkageRefused("the request holds names, not hashes: it was made for a linkage in the clear")
    told = request.select(pl.col(KIND).cast(pl.String), KEY).unique(maintain_order=True)
    if told.height != 1:
        raise LinkageRefused("the request has no rows, or rows of two kinds or keys; have it sent again")
    (kind, key), back = told.row(0), {ours: name for name, ours in _names([*_every(), RECORD]).items()}
    held = request.select(REFERENCE, *(name for name in request.columns if _there(name, kind, fields)))
    frame = held.rename({name: back[name] for name in held.columns})
    filters = [filter_column(name) for name in FILTERED_VALUES if filter_column(name) in frame.columns]
    frame = frame.with_columns(pl.col(filters).str.decode("hex")) if filters else frame
    with_filters = (bloom or Bloom()) if kind == LINKAGE_ON[1] else None
    return HashedTable(in_order(frame), key, kind, tuple(fields), with_filters, 0)


def _there(column: str, kind: str, fields: Sequence[str]) -> bool:
    """Whether a request of a kind, made of these identifiers, has a column, known of anybody or not."""
    if kind == LINKAGE_ON[2]:
        return column.startswith("key_") and column != KEY
    if column.startswith("bloom_"):
        return kind == LINKAGE_ON[1]
    return column.startswith("hash_") and (column != "hash_nino" or "nino" in fields)


def _every() -> list[str]:
    """Every column that a hashed table may have."""
    own = {*schema_of(HashedRequest)} - {REFERENCE, KIND, KEY}
    return [*HASHED_VALUES, *sorted(name for name in own if not name.startswith("hash_"))]


def _names(columns: Sequence[str]) -> dict[str, str]:
    """By column of a hashed table, its name in a request."""
    there = {name: f"hash_{name}" for name in HASHED_VALUES} | {RECORD: REFERENCE}
    return {name: there.get(name, name) for name in columns}
