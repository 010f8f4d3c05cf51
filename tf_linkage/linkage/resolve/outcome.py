"""The result of a linkage as its user reads it: ids instead of row numbers, words instead of codes.

The last step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from tf_linkage.linkage.compare.pairs import Candidates
from tf_linkage.linkage.estimate.em import Trained
from tf_linkage.linkage.model.model import Model
from tf_linkage.linkage.resolve.assignment import RIVAL
from tf_linkage.linkage.resolve.second_records import APART, STAGE
from tf_linkage.linkage.result import LINK_SCHEMA, LinkResult
from tf_linkage.linkage.tables.encoded import Tables


@dataclass(frozen=True)
class Outcome:
    """Everything a linkage ends with.

    Attributes:
        tables: both tables.
        model: the model.
        candidates: what blocking made.
        trained: what was learnt.
        without: links, reviews and rivals before family evidence.
        final: links, reviews and rivals with it, explained.
    """

    tables: Tables
    model: Model
    candidates: Candidates
    trained: Trained
    without: pl.DataFrame
    final: pl.DataFrame


def result_of(outcome: Outcome) -> LinkResult:
    """The result with ids instead of rows, in order."""
    tables, model, candidates, final = outcome.tables, outcome.model, outcome.candidates, outcome.final
    words = {f"rule {bit}": f"rule: {rule.name}" for bit, rule in enumerate(candidates.rules)}
    words |= {f"family: {short}": f"family: {long}" for short, long in words.items()}
    words |= {f"{STAGE}{short}": f"{STAGE}{long}" for short, long in words.items()}
    final = final.with_columns(
        tables.left["record_id"].gather(final["left_row"]).alias("left_id"),
        tables.right.ids.gather(final["right_row"]).alias("right_id"),
    ).sort("left_id", "right_id")
    final = final.with_columns(pl.col("stage").replace(words))
    parts = explained_by(model)
    named = [pl.col(name).cast(kind) for name, kind in LINK_SCHEMA.items()]
    weighed = final.select(*named, "left_row", "entity", "certain", "undated", APART, *parts)
    links, explanations = links_and_reviews(weighed, model)
    return LinkResult(
        model=model,
        engine="duckdb",
        links=links,
        training=training_table(outcome.trained, model),
        blocking=candidates.blocking,
        counts=_counts(outcome, links),
        explanations=explanations,
        training_curve=outcome.trained.curve,
        trained=outcome.trained,
        weighed=weighed,
    )


def links_and_reviews(weighed: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of weighed pairs, the links and pairs for review as a result tells them, and their explanations."""
    shown = weighed.filter(pl.col("status") != RIVAL)
    return shown.select(list(LINK_SCHEMA)), shown.select("left_id", "right_id", "stage", *explained_by(model))


def explained_by(model: Model) -> list[str]:
    """Columns that explain a pair: each comparison in bits and as its level, and the other parts."""
    parts = [name for c in model.comparisons for name in (c.id, f"{c.id} level")]
    return ["prior", "presence", *parts, "names", "certain_links", "household_members", "family"]


def training_table(trained: Trained, model: Model) -> pl.DataFrame:
    """m, u, h and weight of each level."""
    rows = []
    for place, comparison in enumerate(model.comparisons):
        for code, level in enumerate(comparison.levels):
            m, u, h = (float(shares[place][code]) for shares in (trained.m, trained.u, trained.members.h))
            rows.append(
                (comparison.name, level.words, m, u, math.log2(max(m, trained.floor) / max(u, trained.floor)), h)
            )
    return pl.DataFrame(rows, schema=["comparison", "level", "m", "u", "weight", "household_members"], orient="row")


def _counts(outcome: Outcome, links: pl.DataFrame) -> dict[str, int]:
    every = outcome.final.filter(pl.col("status") == "link")
    further = pl.col("stage").str.starts_with(STAGE)
    linked = every.filter(~further).select("left_row", "entity")
    before = outcome.without.filter(pl.col("status") == "link").select("left_row", "entity")
    kept = linked.join(before, on=["left_row", "entity"]).height
    counts = {
        "left records": outcome.tables.left.height,
        "right records": outcome.tables.right.height,
        "right people": outcome.tables.people,
        "candidate pairs": int(outcome.candidates.patterns["pairs"].sum()),
        "links without family evidence": before.height,
        "links with family evidence": linked.height,
        "links gained by family evidence": linked.join(before, on="left_row", how="anti").height,
        "links overturned by family evidence": before.height - kept,
        "further records of people held twice": every.filter(further).height,
    }
    for status, stage, number in links.group_by("status", "stage").len().sort("status", "stage").iter_rows():
        counts[f"{status}, {stage}"] = number
    return counts
