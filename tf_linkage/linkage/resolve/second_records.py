"""A person whom the right table holds twice: a second link besides the first.

A further record is linked only where the table is declared to hold people twice, the person has a first link,
nobody else is linked to the record, the pair is certain by a bar of its own or as good as the first, and
both records of the table do not
contradict each other. That rule.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from tf_linkage.linkage.compare.candidates import compare_rows
from tf_linkage.linkage.compare.patterns import contradicted, unpack
from tf_linkage.linkage.model.comparisons import Role
from tf_linkage.linkage.model.model import Model, bits_at
from tf_linkage.linkage.resolve.assignment import RIVAL, one_to_one
from tf_linkage.linkage.tables.encoded import Tables

STAGE = "further record, "
"""What a further link's stage begins with."""

APART = "apart"
"""Column of weighed pairs: the other people of the right table who are likely for the same left record but
contradict this pair's."""


def with_second_records(settled: pl.DataFrame, model: Model) -> pl.DataFrame:
    """Links, reviews and rivals, of which some rivals have become further links.

    Args:
        settled: from `resolve.settled`, with `stage` and `APART`.
        model: says whether the right table may hold people twice.
    """
    if not model.second_records:
        return settled
    links = settled.filter(pl.col("status") == "link")
    first = links.group_by("left_row").agg(
        pl.col("entity").alias("first"), pl.col("match_weight").max().alias("best")
    )
    bar = bits_at(model.settings.certain.posterior)
    likely = (
        settled.filter(pl.col("status") == RIVAL)
        .join(links, on="entity", how="anti", maintain_order="left")
        .join(first, on="left_row", maintain_order="left")
        # Certain, or nothing tells it from the first.
        .filter((pl.col("match_weight") >= bar) | (pl.col("match_weight") >= pl.col("best")))
        .filter(pl.col(APART).list.set_intersection("first").list.len() == 0)
        .with_columns((pl.col("match_weight") - pl.min_horizontal(bar, "best") + 1e-9).alias("gain"))
    )
    chosen = one_to_one(likely).select("left_row", "entity", pl.lit(True).alias("chosen"))
    marked = settled.join(chosen, on=["left_row", "entity"], how="left", maintain_order="left")
    is_second_record = pl.col("chosen").is_not_null()
    return marked.with_columns(
        pl.when(is_second_record).then(pl.lit("link")).otherwise("status").alias("status"),
        pl.when(is_second_record).then(pl.lit(STAGE) + pl.col("stage")).otherwise("stage").alias("stage"),
    ).drop("chosen")


def with_contradictions(settled: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The same pairs with `APART`, found by comparing records of the right table with each other."""
    nobody = pl.lit([], dtype=pl.List(pl.UInt32)).alias(APART)
    likely = settled.filter(pl.col("match_probability") >= tables.model.settings.certain.posterior).select(
        "left_row", "right_row", "entity"
    )
    both = likely.join(likely, on="left_row", suffix="_other", maintain_order="left_right")
    both = both.filter(pl.col("entity") != pl.col("entity_other"))
    if both.is_empty() or not tables.model.second_records:
        return settled.with_columns(nobody)
    patterns = compare_rows(tables, both["right_row"].to_numpy(), both["right_row_other"].to_numpy(), "r")
    levels = unpack(patterns, tables.model.comparisons)
    # To be held twice is to have two numbers, so two numbers speak against nothing.
    telling = [place for place, one in enumerate(tables.model.comparisons) if one.role is not Role.NUMBER]
    comparisons = [tables.model.comparisons[place] for place in telling]
    against = both.filter(pl.Series(contradicted(levels[:, np.array(telling)], comparisons)))
    apart = against.group_by("left_row", "entity", maintain_order=True).agg(
        pl.col("entity_other").cast(pl.UInt32).sort().alias(APART)
    )
    found = settled.join(apart, on=["left_row", "entity"], how="left", maintain_order="left")
    return found.with_columns(pl.coalesce(APART, nobody))
