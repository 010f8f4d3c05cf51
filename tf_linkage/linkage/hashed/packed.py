"""A hashed table as one Parquet file that says of itself what it holds, and reading it back.

What is read was made elsewhere: whatever is no hash, such as a name, is refused before anything looks at it.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
from typing import Any

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.hashed.bloom import Bloom, filter_column
from tf_linkage.linkage.hashed.equality import asked_columns, equality_only
from tf_linkage.linkage.hashed.matchkeys import matchkeys_for
from tf_linkage.linkage.hashed.tables import LINKAGE_ON, RECORD, HashedTable, in_order
from tf_linkage.linkage.model.model import Model, general_model
from tf_linkage.linkage.standardise.reading import Reading

MARK = "tf_linkage.hashed"
VERSION = 1
_HASH = r"^[0-9a-f]{32}$"


def packed(table: HashedTable) -> bytes:
    """The table as a Parquet file."""
    about = {
        "version": VERSION,
        "linkage_on": table.linkage_on,
        "key": table.key,
        "fields": list(table.fields),
        "bloom": None if table.bloom is None else dataclasses.asdict(table.bloom),
    }
    held = io.BytesIO()
    table.frame.write_parquet(held, metadata={MARK: json.dumps(about, sort_keys=True)})
    return held.getvalue()


def unpacked(data: bytes, name: str) -> HashedTable:
    """A table that `packed` made.

    Args:
        data: the file.
        name: what to call it in a refusal.

    Raises:
        LinkageRefused: it is none, of another version, or holds anything but hashes and filters.
    """
    try:
        about = json.loads(pl.read_parquet_metadata(io.BytesIO(data))[MARK])
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError, KeyError, ValueError):
        raise LinkageRefused(f"{name}: not a table of hashes; command hash makes one") from None
    if not isinstance(about, dict) or about.get("version") != VERSION:
        raise LinkageRefused(f"{name}: a table of hashes of another version; hash the file anew")
    table = _described(frame, about, name)
    _only_hashes(table, name)
    return dataclasses.replace(table, frame=in_order(frame))


def model_of(
    fields: tuple[str, ...],
    *,
    link_threshold: float = 0.5,
    review_threshold: float = 0.1,
    reading: Reading | None = None,
) -> Model:
    """The model by which tables of these fields are hashed and linked; how values are read is each table's own.

    Raises:
        LinkageRefused: fewer than two fields, or one that is no standard one.
    """
    columns = ["id", *fields]
    return general_model(
        columns,
        columns,
        link_threshold=link_threshold,
        review_threshold=review_threshold,
        reading=reading,
    )


def _described(frame: pl.DataFrame, about: dict[str, Any], name: str) -> HashedTable:
    kind, key, fields, bloom = (about.get(part) for part in ("linkage_on", "key", "fields", "bloom"))
    if (
        kind not in LINKAGE_ON
        or not isinstance(key, str)
        or not re.fullmatch(r"[0-9a-f]{16}", key)
        or not isinstance(fields, list)
        or not all(isinstance(field, str) for field in fields)
        or (bloom is None) != (kind != LINKAGE_ON[1])
    ):
        raise LinkageRefused(f"{name}: what it says of itself cannot be; hash the file anew")
    try:
        filters = None if bloom is None else Bloom(**bloom)
    except TypeError:
        raise LinkageRefused(f"{name}: what it says of its Bloom filters cannot be; hash the file anew") from None
    return HashedTable(frame, key, kind, tuple(fields), filters, 0)


def _only_hashes(table: HashedTable, name: str) -> None:
    """Refuse columns that do not belong there and values that are no hashes. No value is quoted."""
    frame, model = table.frame, model_of(table.fields)
    if table.linkage_on == LINKAGE_ON[2]:
        hashes = {f"key_{number}" for number in range(1, len(matchkeys_for(model)) + 1)}
    else:
        hashes = set(asked_columns(equality_only(model)))
    filters = {filter_column(one) for one in hashes} & set(frame.columns) if table.bloom is not None else set()
    if RECORD not in frame.columns or not set(frame.columns) <= {RECORD, *hashes, *filters}:
        raise LinkageRefused(f"{name}: it has columns that no table of hashes of its fields has")
    if frame.schema[RECORD] != pl.String or frame[RECORD].null_count():
        raise LinkageRefused(f"{name}: a record has no id")
    for column in frame.columns:
        kind = frame.schema[column]
        if column in filters:
            of_length = kind == pl.Binary and (frame[column].bin.size() == table.bloom.bits // 8).all()  # type: ignore[union-attr]
        elif column in hashes:
            of_length = kind == pl.String and frame[column].str.contains(_HASH).all()
        else:
            continue
        if not of_length:
            raise LinkageRefused(f"{name}: column {column} holds what is no hash; nothing of the file was used")
