"""The order of the toolkit's steps: block, compare, teach, weigh, resolve."""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.linkage.block.matchkeys import matchkey_links
from tf_linkage.linkage.engines.recordlinkage.levels import doubtful_pairs, levels_of
from tf_linkage.linkage.engines.recordlinkage.outcome import counts_of, resolved, training_of
from tf_linkage.linkage.engines.recordlinkage.pairs import blocked_pairs, random_pairs
from tf_linkage.linkage.engines.recordlinkage.teaching import teach, training_labels
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkResult, Progress
from tf_linkage.linkage.tables.records import Records, prepare, undated


def link_by_recordlinkage(
    left: pl.LazyFrame, right: pl.LazyFrame, model: Model, progress: Progress, bounds: Limits
) -> LinkResult:
    """Link by the toolkit. See `Engine`. Of the bounds it keeps to the pairs; memory and threads are DuckDB's."""
    records = prepare(left, right, model)
    progress(f"standardised {records.left.height:,} and {records.right.height:,} records")
    return link_prepared(records, model, progress, bounds)


def link_prepared(records: Records, model: Model, progress: Progress, bounds: Limits | None = None) -> LinkResult:
    """Link tables that are in standard form already."""
    pairs, blocking = blocked_pairs(records, model, bounds)
    progress(f"blocked: {len(pairs):,} candidate pairs")
    levels = levels_of(records, model, pairs)
    progress("compared")
    training_links = matchkey_links(records.left, records.right, model.matchkeys)
    labels, is_seed = training_labels(records, pairs, training_links)
    strangers = levels_of(records, model, random_pairs(records, model))
    weight, probability, reestimated, curve = teach(levels, strangers, labels, records, model)
    progress(f"trained by {int(is_seed.sum()):,} matchkey links")
    scored = pl.DataFrame(
        {
            "left_row": pairs.codes[0].astype(np.uint32),
            "right_row": pairs.codes[1].astype(np.uint32),
            "match_weight": weight,
            "match_probability": probability,
            "undated": undated(records)[pairs.codes[0]],
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
