"""Confidence intervals of shares: Wilson's score interval and Newcombe's of a difference, the one place of both.

Wilson 1927; Newcombe 1998 (method 10, from two Wilson intervals). Families are clusters: how much they widen the
variance of a share of people is told here too.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95% interval."""

Ends = tuple[pl.Expr, pl.Expr]
Floats = NDArray[np.float64]


def wilson(share: pl.Expr, worth: pl.Expr, z: float | pl.Expr = Z) -> Ends:
    """Ends of the score interval of a share of so many independent people; null where either is.

    Unlike the textbook interval it stays within 0 and 1 and keeps its width when nothing, or everything, counts.

    Args:
        share: between 0 and 1.
        worth: of how many independent people; need not be whole.
        z: normal quantile; that of 95% unless given.
    """
    scale = 1 + z**2 / worth
    centre = (share + z**2 / (2 * worth)) / scale
    half = z / scale * (share * (1 - share) / worth + z**2 / (4 * worth**2)).sqrt()
    # Rounding must not push an end past the share.
    low, high = (centre - half).clip(0, 1), (centre + half).clip(0, 1)
    return pl.min_horizontal(share, low), pl.max_horizontal(share, high)


def wilson_of(numerator: pl.Expr, denominator: pl.Expr, z: float | pl.Expr = Z) -> Ends:
    """The same of numerator / denominator; null where the denominator is 0."""
    n = pl.when(denominator > 0).then(denominator.cast(pl.Float64))
    return wilson(numerator / n, n, z)


def wilson_ends(share: float, worth: float) -> tuple[float, float]:
    """The 95% interval of one share of so many independent people, more than none.

    >>> low, high = wilson_ends(0.1, 100)
    >>> round(low, 4), round(high, 4)
    (0.0552, 0.1744)
    """
    low, high = wilson(pl.lit(float(share)), pl.lit(float(worth)))
    ends = pl.select(low.alias("low"), high.alias("high"))
    return float(ends["low"][0]), float(ends["high"][0])


def newcombe(
    first: tuple[pl.Expr, pl.Expr, pl.Expr], second: tuple[pl.Expr, pl.Expr, pl.Expr]
) -> tuple[pl.Expr, pl.Expr]:
    """Ends of the interval of a difference of two independent rates, each given as (rate, low, high)."""
    rate_1, low_1, high_1 = first
    rate_2, low_2, high_2 = second
    gap = rate_1 - rate_2
    below = ((rate_1 - low_1) ** 2 + (high_2 - rate_2) ** 2).sqrt()
    above = ((high_1 - rate_1) ** 2 + (rate_2 - low_2) ** 2).sqrt()
    return (gap - below).clip(-1, 1), (gap + above).clip(-1, 1)


def recall_gap(low: float, high: float, programme: float, comparison: float) -> float:
    """How much lower still one group's recall would have to be before the interval of a ratio holds 1.

    Args:
        low: lower end of the interval.
        high: upper end.
        programme: recall on the programme.
        comparison: recall in the comparison.

    Returns:
        Above 0 for the programme's recall, below for the comparison's.

    >>> round(recall_gap(0.8, 0.95, 0.96, 0.98), 4), round(recall_gap(1.25, 2.0, 0.96, 0.98), 4)
    (0.048, -0.196)
    >>> recall_gap(0.9, 1.1, 0.96, 0.98)
    0.0
    """
    if high < 1:
        return programme * (1 - high)
    return -comparison * (1 - 1 / low) if low > 1 else 0.0


Both = tuple[float, float]
"""A figure of the comparison, and of the programme."""


def gap_of_difference(low: float, high: float, levels: Both, recall: Both) -> float:
    """The same before the interval of a difference holds 0: shares or sums in which not found reads as nothing.

    Args:
        low: lower end of the interval.
        high: upper end.
        levels: of comparison and programme, above 0.
        recall: of both.

    >>> round(gap_of_difference(-0.03, -0.01, (0.12, 0.10), (0.97, 0.95)), 4)
    0.0864
    """
    (off, on), (off_found, on_found) = levels, recall
    if high < 0:
        return on_found * -high / (on - high)
    return -off_found * low / (off + low) if low > 0 else 0.0


def gap_where_missing(low: float, high: float, levels: Both, recall: Both) -> float:
    """The same of an outcome known of those found alone, if it came twice as often in those missed besides.

    Arguments as `gap_of_difference`. At most recall itself: then no number of people missed would do.

    >>> round(gap_where_missing(-0.03, -0.01, (0.12, 0.10), (0.97, 0.95)), 4)
    0.1
    """
    (off, on), (off_found, on_found) = levels, recall
    if high < 0:
        return min(on_found, -high / _as_much_again(on))
    return -min(off_found, low / _as_much_again(off)) if low > 0 else 0.0


def _as_much_again(level: float) -> float:
    """By how much a level may rise if it doubles and is a share."""
    return max(min(level, 1 - level), 1e-9)


def summed_by(family: pl.Series, values: Floats) -> Floats:
    """Sums of the values over each family, in the order of the families' references."""
    places = family.rank("dense").cast(pl.Int64).to_numpy() - 1
    return np.bincount(places, weights=values).astype(np.float64)


def design_effect(family: pl.Series, having: pl.Series, within: pl.Series | None = None) -> float:
    """Variance of a share with families as clusters, over that of as many unrelated people; 1 or more.

    Args:
        family: of each person, the family.
        having: whether they have what the share counts.
        within: of each person, a group whose own share theirs is held against; everybody's unless given.
    """
    people = pl.DataFrame({"having": having.cast(pl.Float64)})
    share = pl.col("having").mean() if within is None else pl.col("having").mean().over("within")
    people = people if within is None else people.with_columns(within.alias("within"))
    off = people.select(pl.col("having") - share).to_series().to_numpy()
    alone = float((off**2).sum())
    return max(1.0, float((summed_by(family, off) ** 2).sum()) / alone) if alone > 0 else 1.0
