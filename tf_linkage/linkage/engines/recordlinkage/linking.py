"""The order of the toolkit's steps: block, compare, teach, weigh, resolve."""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.errors import NothingToLearn
from tf_linkage.linkage.engines.duckdb import link_records
from tf_linkage.linkage.engines.recordlinkage.levels import doubtful_pairs, levels_of
from tf_linkage.linkage.engines.recordlinkage.outcome import counts_of, resolved, training_of
from tf_linkage.linkage.engines.recordlinkage.pairs import blocked_pairs, random_pairs
from tf_linkage.linkage.engines.recordlinkage.teaching import teach, training_labels
from tf_linkage.linkage.estimate.deterministic import deterministic_pass
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkageTask, LinkResult, Progress
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import Records, prepare, undated


def link_by_recordlinkage(task: LinkageTask) -> LinkResult:
    """Link by the toolkit. See `Engine`. Of the bounds it keeps to the pairs; memory and threads are DuckDB's."""
    records = prepare(task.left, task.right, task.model, task.told)
    task.progress(f"standardised {records.left.height:,} and {records.right.height:,} records")
    return link_prepared(records, task.model, task.progress, task.bounds)


def link_prepared(records: Records, model: Model, progress: Progress, bounds: Limits | None = None) -> LinkResult:
    """Link tables that are in standard form already."""
    pairs, blocking = blocked_pairs(records, model, bounds)
    progress(f"blocked: {len(pairs):,} candidate pairs")
    if not len(pairs):
        raise NothingToLearn(
            "no two records agree on anything that a link would agree on; there is nothing to link"
        )
    levels = levels_of(records, model, pairs)
    progress("compared")
    training_links, teachers = _training_links(records, model, bounds or Limits())
    labels, is_seed = training_labels(records, pairs, training_links)
    strangers = levels_of(records, model, random_pairs(records, model))
    weight, probability, reestimated, curve = teach(levels, strangers, labels, records, model)
    progress(f"trained by {int(is_seed.sum()):,} {teachers}")
    scored = pl.DataFrame(
        {
            "left_row": pairs.codes[0].astype(np.uint32),
            "right_row": pairs.codes[1].astype(np.uint32),
            "match_weight": weight,
            "match_probability": probability,
            "undated": undated(records.left)[pairs.codes[0]],
            "guarded": doubtful_pairs(levels, model) & (probability < model.guard),
        }
    )
    links = resolved(scored, records, model, training_links, blocking[1])
    progress(f"resolved: {links.filter(pl.col('status') == 'link').height:,} links")
    return LinkResult(
        model=model,
        engine="recordlinkage",
        links=links,
        training=training_of(reestimated.strangers, model),
        blocking=blocking[0],
        counts=counts_of(records, len(pairs), links),
        training_curve=curve,
    )


def _training_links(records: Records, model: Model, bounds: Limits) -> tuple[pl.DataFrame, str]:
    """Links to learn from: the matchkeys', else those of engine `duckdb`, which needs none; and what they are."""
    with connected(bounds) as connection:
        found = deterministic_pass(load(connection, records, model)).training_links
    if not found.is_empty():
        return found.select("left_row", "right_row", "matchkey"), "matchkey links"
    links = link_records(records, model, lambda _: None, bounds=bounds).links.filter(pl.col("status") == "link")
    left = records.left.select(pl.col("row").alias("left_row"), left_id="record_id")
    right = records.right.select(pl.col("row").alias("right_row"), right_id="record_id")
    named = links.select("left_id", "right_id").join(left, on="left_id", maintain_order="left")
    named = named.join(right, on="right_id", maintain_order="left").unique(
        ["left_row"], keep="first", maintain_order=True
    )
    none = pl.lit(-1, pl.Int32).alias("matchkey")
    return named.select("left_row", "right_row", none), "links of engine duckdb, as no matchkey links anybody"
