"""The front door: link two tables by a model with an engine chosen by name."""

from __future__ import annotations

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.engines import ENGINES
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkResult, Progress
from tf_linkage.linkage.tables.records import Told


def link(
    left: pl.LazyFrame,
    right: pl.LazyFrame,
    model: Model,
    *,
    engine: str = "duckdb",
    bounds: Limits | None = None,
    progress: Progress | None = None,
    told: Told | None = None,
) -> LinkResult:
    """Link each record of the left table to its person in the right one, if that person is there.

    Args:
        left: one row per record; its `model.left_id` is unique.
        right: one row per record, or per name of a person (alias rows).
        model: what is compared and when a pair is a link.
        engine: a name in `ENGINES`.
        bounds: memory, threads and pairs that it may use; the usual ones unless given.
        progress: receives a line at each step.
        told: learns how each column was read.

    Returns:
        Links and pairs for review, what was learnt, and counts. The same tables give the same result, in whatever
        order their rows come, and whatever the bounds.

    Raises:
        LinkageRefused: unknown engine, missing column, repeated left id, empty table; more than the bounds allow.
    """
    if engine not in ENGINES:
        raise LinkageRefused(f"there is no engine {engine!r}; known are {', '.join(sorted(ENGINES))}")
    return ENGINES[engine](left, right, model, progress or _silent, bounds or Limits(), told=told)


def _silent(_: str) -> None:
    """No progress wanted."""
