"""Estimates that need no truth but a little work: a clerk's sample, and a second engine.

Belongs here: what a clerk who looks at a random sample of pairs, or a second way of linking, would let us estimate.
Does not belong here: the clerk's desk. In the rehearsal the clerk is the truth, so the figures show what sampling
alone leaves uncertain; real clerks err too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from tf_linkage.quality.judging import made_links
from tf_linkage.quality.measures import laid_out, shares
from tf_linkage.quality.showing import of_ten_or_more

Frames = Mapping[str, pl.LazyFrame]

SAMPLE = 200
"""Links a clerk looks at, and at most as many pairs for review: some hours of work."""

DRAWS = 2000


def clerical_figures(pairs: pl.DataFrame, *, sample: int = SAMPLE, seed: int = 2015) -> pl.DataFrame:
    """Precision and recall as a clerk's sample estimates them.

    Links and pairs for review are sampled apart, each at random without putting back. Recall sets the right links
    so expected against all right pairs expected among those weighed: what blocking or the review threshold dropped
    is not in it, so it is an upper estimate. Its interval draws both shares from their Beta posteriors (uniform
    prior).

    Args:
        pairs: person_id, register_key, status and right of every pair.
        sample: the most pairs looked at of either kind.
        seed: of the sample.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high.
    """
    rng = np.random.default_rng(seed)
    is_link = pl.col("status").cast(pl.String) == "link"
    ordered = pairs.sort("person_id", "register_key")
    links, review = (ordered.filter(kind)["right"].to_numpy() for kind in (is_link, ~is_link))
    looked, doubted = (rng.permutation(kind)[:sample] for kind in (links, review))
    right, among = int(looked.sum()), int(doubted.sum())
    totals = pl.DataFrame({"level": ["all"], "right": [right], "looked": [len(looked)]})
    precision = shares(totals, {"clerical_precision": ("right", "looked")})
    if not len(looked):
        return precision
    found = len(links) * rng.beta(right + 1, len(looked) - right + 1, DRAWS)
    left = len(review) * rng.beta(among + 1, len(doubted) - among + 1, DRAWS) if len(review) else np.zeros(DRAWS)
    low, high = (float(end) for end in np.quantile(found / (found + left), [0.025, 0.975]))
    expected = len(links) * right / len(looked)
    all_right = expected + (len(review) * among / len(doubted) if len(doubted) else 0.0)
    value = expected / all_right if all_right else None
    recall = precision.with_columns(
        measure=pl.lit("clerical_recall"),
        numerator=pl.lit(None, dtype=pl.Int64),
        denominator=pl.lit(len(looked) + len(doubted), dtype=pl.Int64),
        value=pl.lit(value, dtype=pl.Float64),
        low=pl.lit(None if value is None else min(value, low), dtype=pl.Float64),
        high=pl.lit(None if value is None else max(value, high), dtype=pl.Float64),
    )
    return pl.concat([precision, recall])


def agreement(requested: Frames, links: Frames, others: Frames) -> pl.LazyFrame:
    """How far another engine's links are the same: a lower estimate of precision, and one of recall.

    Were the two independent, the share of the other's links that is found would be recall (Lincoln 1930, Petersen
    1896). They are not: what is hard for one is hard for the other, so it is an upper estimate.

    Args:
        requested: by department, person_id and request_ref.
        links: by department, `exchange.Links` as made.
        others: by department, `exchange.Links` of another engine for the same request.

    Returns:
        `contracts.quality.Metrics`: `agreed_precision` and `agreed_recall`.
    """
    parts = {}
    for name, other in others.items():
        asked = requested[name].collect()
        ours, theirs = (_links(asked, frame.collect()) for frame in (links[name], other))
        both = ours.join(theirs, on=["person_id", "register_key"], how="semi").height
        totals = pl.DataFrame({"level": ["all"], "both": [both], "ours": [ours.height], "theirs": [theirs.height]})
        parts[name, "all"] = shares(
            totals, {"agreed_precision": ("both", "ours"), "agreed_recall": ("both", "theirs")}
        )
    return of_ten_or_more(laid_out(parts)).lazy()


def _links(asked: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    made = made_links(asked, pairs).filter(pl.col("status").cast(pl.String) == "link")
    return made.select("person_id", "register_key").unique(maintain_order=True)
