"""What the toolkit's weights come to: links, pairs for review, and the tables that say how."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from tf_linkage.linkage.engines.recordlinkage.levels import BAND
from tf_linkage.linkage.model.comparisons import MISSING
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.resolve.assignment import chosen_of, divided, indifferent, taken_by
from tf_linkage.linkage.result import LINK_SCHEMA
from tf_linkage.linkage.tables.records import Records


def resolved(
    scored: pl.DataFrame, records: Records, model: Model, training_links: pl.DataFrame, first_rule: pl.DataFrame
) -> pl.DataFrame:
    """Deterministic links first, then the assignment among the rest, then what is worth a clerk's look."""
    names = [key.name for key in model.matchkeys]
    deterministic_pass = [place for place, key in enumerate(model.matchkeys) if key.deterministic_pass]
    entity = records.right.select(pl.col("row").alias("right_row"), "entity")
    scored = scored.join(entity, on="right_row").join(first_rule, on=["left_row", "right_row"])
    scored = scored.with_columns(pl.format("rule: {}", "rule").alias("stage"))
    scored = scored.sort(
        ["left_row", "entity", "match_weight", "right_row"], descending=[False, False, True, False]
    )
    scored = scored.unique(subset=["left_row", "entity"], keep="first", maintain_order=True)
    deterministic_links = training_links.filter(pl.col("matchkey").is_in(deterministic_pass)).join(
        entity, on="right_row"
    )
    deterministic_links = scored.join(
        deterministic_links.select(
            "left_row",
            "entity",
            pl.col("matchkey").replace_strict(dict(enumerate(names)), return_dtype=pl.String).alias("key"),
        ),
        on=["left_row", "entity"],
    ).with_columns(pl.format("matchkey: {}", pl.col("key")).alias("stage"), pl.lit("link").alias("status"))
    rest = scored.join(deterministic_links, on=["left_row", "entity"], how="anti")
    rest = rest.filter(~taken_by(deterministic_links, model))
    rest = rest.with_columns((pl.col("match_weight") - indifferent(model) + 1e-9).alias("gain"))
    open_pairs = rest.filter(~pl.col("guarded"))
    chosen, equal = chosen_of(open_pairs, model)
    chosen = chosen.with_columns(pl.lit("link").alias("status"))
    linked = pl.concat([deterministic_links.select(_RESOLVED), chosen.select(_RESOLVED)])
    review = (
        divided(rest, equal)
        .filter(pl.col("match_probability") >= model.review_threshold, ~taken_by(linked, model))
        .join(linked, on=["left_row", "entity"], how="anti")
        .with_columns(pl.lit("review").alias("status"))
        .select(_RESOLVED)
    )
    every = pl.concat([linked, review])
    left_ids = records.left.select(pl.col("row").alias("left_row"), pl.col("record_id").alias("left_id"))
    right_ids = records.right.select(pl.col("row").alias("right_row"), pl.col("record_id").alias("right_id"))
    return (
        every.join(left_ids, on="left_row")
        .join(right_ids, on="right_row")
        .select(list(LINK_SCHEMA))
        .cast(LINK_SCHEMA)
        .sort("left_id", "right_id")
    )


_RESOLVED = ["left_row", "right_row", "entity", "match_weight", "match_probability", "stage", "status"]


def training_of(classifier: Any, model: Model) -> pl.DataFrame:
    """m, u and weight of each level, from the toolkit's own tables."""
    m, u = classifier.m_probs, classifier.u_probs
    rows = []
    for comparison in model.comparisons:
        # Codes below are padding.
        for code in sorted(code for code in map(int, m[comparison.id]) if code >= MISSING):
            band = (
                (" (common)", " (uncommon)", " (rare)")[code // BAND]
                if comparison.frequency and code % BAND == comparison.full
                else ""
            )
            words = "unknown" if code == MISSING else comparison.levels[code % BAND].words + band
            agree, chance = float(m[comparison.id][code]), float(u[comparison.id][code])
            rows.append((comparison.name, words, agree, chance, math.log2(agree / chance)))
    return pl.DataFrame(rows, schema=["comparison", "level", "m", "u", "weight"], orient="row")


def counts_of(records: Records, pairs: int, links: pl.DataFrame) -> dict[str, int]:
    """Records on each side, candidate pairs, links and reviews by stage."""
    counts = {
        "left records": records.left.height,
        "right records": records.right.height,
        "right people": records.right["entity"].n_unique(),
        "candidate pairs": pairs,
    }
    for status, stage, number in links.group_by("status", "stage").len().sort("status", "stage").iter_rows():
        counts[f"{status}, {stage}"] = number
    return counts
