"""The challenger check: two engines on the same tables, and what was learnt next to the truth.

Comparing results.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.linkage.compare.candidates import compare_rows
from tf_linkage.linkage.compare.patterns import unpack
from tf_linkage.linkage.estimate.em import shares_of
from tf_linkage.linkage.limits import Limits
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.result import LinkResult
from tf_linkage.linkage.tables.database import connected
from tf_linkage.linkage.tables.encoded import load
from tf_linkage.linkage.tables.records import prepare


def agreement(ours: LinkResult, theirs: LinkResult) -> dict[str, float]:
    """How far two engines' links are the same.

    Returns:
        `ours`, `theirs`, `both`: links; `jaccard`: share of all links that both made; `differ`: left records that
        both linked, to different people.
    """
    one, other = (
        result.links.filter(pl.col("status") == "link").select("left_id", "right_id") for result in (ours, theirs)
    )
    both = one.join(other, on=["left_id", "right_id"]).height
    same_left = one.join(other, on="left_id").filter(pl.col("right_id") != pl.col("right_id_right")).height
    return {
        "ours": one.height,
        "theirs": other.height,
        "both": both,
        "jaccard": both / max(1, one.height + other.height - both),
        "differ": same_left,
    }


def m_against_truth(
    left: pl.LazyFrame, right: pl.LazyFrame, model: Model, truth: pl.DataFrame, result: LinkResult
) -> pl.DataFrame:
    """The training table with the true m of each level, where the true pairs (`left_id`, `right_id`) are known.

    A level that no true pair holds has a true m of zero.
    """
    records = prepare(left, right, model)
    rows = records.held.frame([]).unique(subset=["record_id"], keep="first", maintain_order=True)
    pairs = truth.select(pl.col("left_id", "right_id").cast(pl.String))
    pairs = pairs.join(
        records.left.select(left_row="row", left_id="record_id"), on="left_id", maintain_order="left"
    )
    pairs = pairs.join(rows.select(right_row="row", right_id="record_id"), on="right_id", maintain_order="left")
    with connected(Limits()) as connection:
        tables = load(connection, records, model)
        patterns = compare_rows(tables, pairs["left_row"].to_numpy(), pairs["right_row"].to_numpy())
    levels = unpack(patterns, model.comparisons)
    ones = np.ones(len(levels), dtype=np.int64)
    shares = shares_of(levels, ones, model.comparisons, smoothing=1e-6)
    return result.training.with_columns(pl.Series("true m", np.concatenate(shares)))
