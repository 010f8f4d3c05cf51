"""Tables hashed for a linkage, and their linkage by the engine that links names.

    key = HashingKey(secrets.token_bytes(32), "families 2026")
    sent = hash_table(request, model.left_id, model, key)
    held = hash_table(register, model.right_id, model, key)
    link_hashed(sent, held, model).links

Who hashes needs the key; who links does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.engines.duckdb import link_records
from tf_linkage.linkage.hashed.bloom import Bloom, filter_column, filters
from tf_linkage.linkage.hashed.equality import asked_columns, derived_columns, equality_only, shared_keys
from tf_linkage.linkage.hashed.keys import HashingKey, hashed
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.conditions import SharedBits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkResult, Progress
from tf_linkage.linkage.standardise.distinct import Distinct
from tf_linkage.linkage.standardise.fields import repeats, standardise
from tf_linkage.linkage.tables.records import Records

RECORD = "record_id"


@dataclass(frozen=True)
class HashedTable:
    """A table as it may be handed to who links.

    Attributes:
        frame: `record_id` and a column for each value that is hashed: text, or bytes for Bloom filters; null where
            unknown. Sorted by `record_id`, and rows of one id by their hashes.
        key: name of the key it was hashed under.
        bloom: how its filters were made, if it has any.
        hashes: keyed hashes that were computed, each distinct value once.
    """

    frame: pl.DataFrame
    key: str
    bloom: Bloom | None
    hashes: int


def hash_table(
    table: pl.LazyFrame, record_id: str, model: Model, key: HashingKey, *, bloom: Bloom | None = None
) -> HashedTable:
    """Standardise a table as the model asks and hash every value of it.

    Args:
        table: as for `link`.
        record_id: column that names a record or person; it is not hashed, so it must be a pseudonym.
        model: of the linkage in the clear; both parties need the same.
        key: the study's.
        bloom: if names get Bloom filters besides, how.

    Raises:
        LinkageRefused: a column is missing, a record has no id, or the table has no rows.
    """
    standard = standardise(table, record_id, model.fields, model.extra, model.reading)
    if standard.is_empty():
        raise LinkageRefused("the table to be hashed has no rows")
    restricted = equality_only(model, bloom)
    standard = derived_columns(standard, model.settings)
    uses, columns, count = shared_keys(restricted), {RECORD: standard[RECORD]}, 0
    for column in asked_columns(restricted):
        if column in standard.columns:
            held = Distinct.of(standard[column])
            secret = key.derived(uses[column])
            made = pl.Series([hashed(value, secret) for value in held.values], dtype=pl.String)
            columns[column], count = held.rows(made), count + made.len()
    if bloom is not None:
        for name in _spelt(restricted):
            column = name.removeprefix(filter_column(""))
            made = filters(standard[column], key.derived(f"filter {column}"), bloom)
            columns[made.name] = made
            count += sum(len(value) + 1 for value in standard[column].drop_nulls().unique())
    return HashedTable(in_order(pl.DataFrame(columns)), key.name, bloom, count)


def link_hashed(
    left: HashedTable,
    right: HashedTable,
    model: Model,
    progress: Progress = lambda _: None,
    bounds: Limits | None = None,
) -> LinkResult:
    """Link hashed tables by engine `duckdb` and what equality leaves of a model.

    Args:
        left: one row per record.
        right: one row per record, or per name of a person.
        model: the one in the clear; `LinkResult.model` is what was left of it.
        progress: receives a line at each step.
        bounds: what it may use; the usual unless given.

    Raises:
        LinkageRefused: tables under two keys or two kinds of filter, or a left record that occurs twice.
    """
    same(left, right)
    ours, theirs = (table.frame.with_row_index("row") for table in (left, right))
    if repeated := int(repeats(ours[RECORD]).sum()):
        raise LinkageRefused(f"the left hashed table names a record twice ({repeated} repeats)")
    theirs = theirs.with_columns(pl.col(RECORD).rle_id().alias("entity"))
    return link_records(Records.of_frames(ours, theirs), equality_only(model, left.bloom), progress, bounds=bounds)


def same(left: HashedTable, right: HashedTable) -> None:
    """Refuse tables that could agree on nothing, or on too much.

    Raises:
        LinkageRefused: they were hashed under two keys, or have filters of two kinds.
    """
    if left.key != right.key:
        raise LinkageRefused(
            "the two tables were hashed under different keys, or for different studies; hash both anew under one"
        )
    if left.bloom != right.bloom:
        raise LinkageRefused("the two tables' Bloom filters were made in different ways; make both anew in one")


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows by record id, those of one id by what was hashed: the order tells nothing of the values."""
    return frame.sort(frame.columns, nulls_last=True)


def _spelt(model: Model) -> list[str]:
    """The columns of filters that a model compares."""
    parts = [part for one in model.comparisons for when in one.conditions for part in when.parts()]
    return sorted({part.column for part in parts if isinstance(part, SharedBits)})
