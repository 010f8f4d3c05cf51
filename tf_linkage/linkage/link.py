"""The front door: link two tables by a model with an engine chosen by name."""

from __future__ import annotations

import polars as pl

from tf_linkage.errors import LinkageRefused
from tf_linkage.linkage.engines import ENGINES, refuse_missing, refuse_saved_model
from tf_linkage.linkage.estimate.saved_model import SavedModel
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkageTask, LinkResult, Progress, silent
from tf_linkage.linkage.standardise.fields import standardise
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
    learnt: SavedModel | None = None,
    asked: tuple[str, str] | None = None,
) -> LinkResult:
    """Link each record of the left table to its person in the right one, if that person is there.

    Args:
        left: one row per record; its `model.left_id` is unique.
        right: one row per record, or per name of a person (alias rows).
        model: what is compared and when a pair is a link.
        engine: a name in `ENGINES`.
        bounds: memory, threads, pairs and the cluster that it may use; the usual ones unless given.
        progress: receives a line at each step.
        told: learns how each column was read.
        learnt: a model that was trained on another delivery and saved; trained on these tables unless given.
        asked: ids of a left and a right record that are weighed and explained whatever becomes of them
            (`LinkResult.asked`, by the engines that keep explanations).

    Returns:
        Links and pairs for review, what was learnt, and counts. The same tables give the same result, in whatever
        order their rows come, and whatever the bounds.

    Raises:
        LinkageRefused: unknown engine, or one that is not installed; missing column, repeated left id, empty table;
            more than the bounds allow.
    """
    if engine not in ENGINES:
        raise LinkageRefused(f"there is no engine {engine!r}; known are {', '.join(sorted(ENGINES))}")
    refuse_missing(engine)
    if learnt is not None:
        refuse_saved_model(engine)
    task = LinkageTask(left, right, model, bounds or Limits(), progress or silent, told, learnt, asked)
    return ENGINES[engine](task)


def saved_model(result: LinkResult, right: pl.LazyFrame) -> SavedModel:
    """What a linkage has learnt, to be applied to the next delivery.

    Args:
        result: of an engine that saves models.
        right: the right table that was linked, of which values that many bear are counted.

    Raises:
        LinkageRefused: another engine's result, of one table, or of comparisons of somebody's own.
    """
    model = result.model
    refuse_saved_model(result.engine)
    if result.trained is None:
        raise LinkageRefused("nothing was learnt, so there is no model to save")
    fields = [field for field in model.fields if field in NAMES_AND_BIRTH]
    records = standardise(right, model.entity, fields, reading=model.reading)
    return SavedModel.of(model, result.trained, records.with_columns(pl.col("record_id").rle_id().alias("entity")))


NAMES_AND_BIRTH = ("forename", "surname", "date_of_birth")
"""Fields of which a saved model holds frequencies."""
