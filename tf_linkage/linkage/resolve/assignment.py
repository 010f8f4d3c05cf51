"""From scored pairs to links: each person once on either side where the model says so.

The assignment. It is exact: inside every group of competing pairs the set of links with the greatest total evidence
is chosen, not the greedy one. Ties fall to the smaller row numbers, which are sorted by id. What is likely enough
next to the links is for review; whatever else comes near is a rival, which becomes a link only if clerks reject the
link that keeps it out.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.linkage.model.model import Model, bits_at
from tf_linkage.linkage.resolve.competition import best_of

RIVAL = "rival"
"""Status of a pair that is neither link nor for review, but likely enough to be either once another pair is not."""

_TIE = 1e-9
"""Weights are compared after rounding to this many bits, so that the last bits of a sum decide nothing."""


def settled(weighed: pl.DataFrame, model: Model) -> pl.DataFrame:
    """What becomes of weighed pairs: links, pairs for review, and their rivals.

    Args:
        weighed: `left_row`, `entity`, `match_weight`, `match_probability`, `certain` (agrees on a unique,
            uncontradicted matchkey), `undated` (the left record has no date of birth); at most one row for each
            left row and entity.
        model: says from when a pair is a link or for review, and how often a person may be linked.

    Returns:
        The rows of links, then of reviews, then of rivals, with `status`; any others are left out.
    """
    review = bits_at(model.review_threshold)
    gain = pl.col("match_weight") - indifferent(model) + 1e-9
    # A unique, uncontradicted matchkey is a link whatever the weights say, but not against a stronger claim.
    gain = pl.when("certain").then(pl.max_horizontal(gain, pl.lit(1e-9))).otherwise(gain)
    weighed = weighed.with_columns(gain.alias("gain"))
    chosen = (one_to_one if model.one_to_one else best_per_left)(weighed)
    rest = weighed.join(chosen, on=["left_row", "entity"], how="anti", maintain_order="left")
    taken = pl.col("left_row").is_in(chosen["left_row"].implode()) | pl.col("entity").is_in(
        chosen["entity"].implode()
    )
    likely = pl.col("match_probability") >= model.review_threshold
    status = pl.when(likely & ~taken).then(pl.lit("review")).otherwise(pl.lit(RIVAL))
    rest = rest.filter(likely | (pl.col("match_weight") >= review - model.settings.resolution.near)).with_columns(
        status.alias("status")
    )
    links = chosen.with_columns(pl.lit("link").alias("status"))
    reviews, rivals = (rest.filter(pl.col("status") == word) for word in ("review", RIVAL))
    return pl.concat([links, reviews, rivals]).drop("gain")


def indifferent(model: Model) -> pl.Expr:
    """Bits from which a pair (`undated`) is rather a link than none."""
    usual = bits_at(model.link_threshold)
    return pl.when("undated").then(max(usual, bits_at(model.undated))).otherwise(usual)


def one_to_one(pairs: pl.DataFrame) -> pl.DataFrame:
    """The best set of pairs in which nobody appears twice.

    Args:
        pairs: `left_row`, `entity`, `gain` (bits above the point of indifference; at most one row for each
            left row and entity).

    Returns:
        The rows chosen, sorted by left row. A pair whose gain is not positive is never chosen.
    """
    pairs = pairs.filter(pl.col("gain") > 0).sort("left_row", "entity")
    if pairs.is_empty():
        return pairs
    left = _codes(pairs["left_row"])
    right = _codes(pairs["entity"])
    alone = (np.bincount(left)[left] == 1) & (np.bincount(right)[right] == 1)
    chosen = alone.copy()
    rest = np.flatnonzero(~alone)
    if len(rest):
        gain = np.round(pairs["gain"].to_numpy()[rest] / _TIE) * _TIE
        chosen[rest[best_of(left[rest], right[rest], gain)]] = True
    return pairs.filter(pl.Series(chosen))


def best_per_left(pairs: pl.DataFrame) -> pl.DataFrame:
    """The best pair of each left row, with no limit on how often a right-hand person is chosen."""
    pairs = pairs.filter(pl.col("gain") > 0).sort(["left_row", "gain", "entity"], descending=[False, True, False])
    return pairs.unique(subset=["left_row"], keep="first", maintain_order=True).sort("left_row")


def _codes(column: pl.Series) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.int64)
    return codes
