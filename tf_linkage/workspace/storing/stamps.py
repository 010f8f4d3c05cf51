"""The stamp of a table: under which choices it was made, its inputs' choices included.

Joining stamps and refusing tables of different worlds; Parquet files that carry one; digests that do not see it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from tf_linkage.errors import TfLinkageError

Stamp = Mapping[str, Any]
"""Choices by name, as plain values. A table made from real files has those of its linkage alone."""

FIELD = "tf_linkage.made_with"
"""Under which name a stamp stands in the metadata of a Parquet file."""

_TAIL = 8
"""Bytes at the end of a Parquet file: the length of its footer, and its mark."""


class MixedWorlds(TfLinkageError):
    """Tables made under different choices would be joined."""


def joined(stamps: Mapping[str, Stamp]) -> dict[str, Any]:
    """The stamp of what is made from several tables.

    Args:
        stamps: of each table, by its name, in the order in which a refusal shall name them.

    Raises:
        MixedWorlds: two tables depend on one choice and were made under different values of it.
    """
    found: dict[str, tuple[str, Any]] = {}
    for name, stamp in stamps.items():
        for choice, value in stamp.items():
            first, other = found.setdefault(choice, (name, value))
            if other != value:
                raise MixedWorlds(
                    f"{name}: {_said(choice, value)}; {first}: {_said(choice, other)}; they cannot be joined: make "
                    "both again under one choice"
                )
    return {choice: value for choice, (_, value) in sorted(found.items())}


def write_parquet(table: pl.DataFrame | pl.LazyFrame, path: Path, stamp: Stamp) -> None:
    """Writes a table with its stamp in the file's metadata."""
    # One row-group size and codec everywhere, so that equal tables have equal pages.
    table.lazy().sink_parquet(
        path,
        compression="zstd",
        compression_level=1,
        row_group_size=250_000,
        maintain_order=True,
        metadata={FIELD: json.dumps(dict(stamp), sort_keys=True)} if stamp else None,
    )


def of(path: Path) -> dict[str, Any]:
    """The stamp of a Parquet file; empty where it has none."""
    found: dict[str, Any] = json.loads(pl.read_parquet_metadata(path).get(FIELD, "{}"))
    return found


def digest(files: Mapping[str, Path]) -> str:
    """One digest over the named Parquet files' schemas and pages; their stamps are no part of it."""
    total = hashlib.sha256()
    for name in sorted(files):
        schema = str(pl.read_parquet_schema(files[name]))
        total.update(f"{name}\0{schema}\0{height(files[name])}\0{_pages_digest(files[name])}\n".encode())
    return total.hexdigest()[:16]


def height(path: Path) -> int:
    """Rows of a Parquet file."""
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def _pages_digest(path: Path) -> str:
    """Digest of a Parquet file up to its footer, in which the metadata stand."""
    total, left = hashlib.sha256(), path.stat().st_size - _TAIL
    with path.open("rb") as stream:
        stream.seek(left)
        left -= int.from_bytes(stream.read(4), "little")
        stream.seek(0)
        while left > 0:
            part = stream.read(min(left, 1 << 20))
            total.update(part)
            left -= len(part)
    return total.hexdigest()


def _said(choice: str, value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    if isinstance(value, dict):
        shown = ", ".join(f"{name} {one}" for name, one in sorted(value.items())) or "as usual"
    return f"{choice.replace('_', ' ')} {shown}"
