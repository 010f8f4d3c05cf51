"""Frames to the cluster and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from tf_linkage.linkage.engines.spark.session import Session

Frame = Any
"""A data frame of the cluster."""

# Spark has no unsigned numbers.
_SPARK = {pl.Int64: "bigint", pl.Int32: "int", pl.String: "string"}


def to_cluster(session: Session, frame: pl.DataFrame) -> Frame:
    """A frame of signed numbers and text, there."""
    schema = ", ".join(f"`{name}` {_SPARK[type(kind)]}" for name, kind in frame.schema.items())
    return session.createDataFrame(frame.to_arrow(compat_level=pl.CompatLevel.oldest()), schema)


def together(frames: Sequence[Frame]) -> Frame:
    """All rows of frames of one form. Halved and halved again, as a plan may not be nested deeply."""
    if len(frames) == 1:
        return frames[0]
    middle = len(frames) // 2
    return together(frames[:middle]).unionAll(together(frames[middle:]))


def from_cluster(frame: Frame) -> pl.DataFrame:
    """A frame of the cluster, here."""
    found = pl.from_arrow(frame.toArrow())
    assert isinstance(found, pl.DataFrame)  # noqa: S101  a table, never a column
    return found
