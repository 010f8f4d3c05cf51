"""Confidence intervals of rates, as polars expressions.

Wilson's interval of a rate and Newcombe's of a difference of two. Formulas: Wilson 1927 (score interval); Newcombe
1998 (method 10, from two Wilson intervals).
"""

from __future__ import annotations

import polars as pl

Z = 1.959963984540054
"""Standard normal quantile of a two-sided 95% interval."""


def wilson(numerator: pl.Expr, denominator: pl.Expr, z: float | pl.Expr = Z) -> tuple[pl.Expr, pl.Expr]:
    """Ends of the Wilson score interval of numerator / denominator; null where the denominator is 0.

    Unlike the textbook interval it stays within 0 and 1 and keeps its width when nothing, or everything, counts.

    Args:
        numerator: how many.
        denominator: of how many.
        z: normal quantile; that of 95% unless given.
    """
    n = pl.when(denominator > 0).then(denominator.cast(pl.Float64))
    rate = numerator / n
    scale = 1 + z**2 / n
    centre = (rate + z**2 / (2 * n)) / scale
    half = z * (rate * (1 - rate) / n + z**2 / (4 * n**2)).sqrt() / scale
    # At the ends the interval touches 0 or 1 exactly; rounding must not push it past the rate.
    low = pl.when(numerator == 0).then(0.0 * n).otherwise((centre - half).clip(0, 1))
    high = pl.when(numerator == denominator).then(0.0 * n + 1).otherwise((centre + half).clip(0, 1))
    return low, high


def wilson_ends(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95% Wilson interval of one share."""
    low, high = wilson(pl.lit(numerator), pl.lit(denominator))
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
