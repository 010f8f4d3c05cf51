"""outcome_counts: how often what happened, by unit, group, window and region.

Counting, and how sure a share is.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import ALL_REGIONS, OutcomeCounts

CELL = ["unit", "outcome", "study_group", "window", "region"]
Z = 1.959963984540054
"""Two-sided 95% point of the normal distribution."""


def outcome_counts(shares: pl.DataFrame) -> pl.DataFrame:
    """Counts and shares with 95% intervals, for each region and for all together.

    Intervals are Wilson's (1927). People of one family are alike, so they are worth fewer than their number: it is
    divided by the design effect, the variance with families as clusters over the variance without (Kish 1965),
    where that is above 1.

    Args:
        shares: what `by_family.shares` gives.

    Returns:
        `contracts.outputs.estimates.OutcomeCounts`.
    """
    everywhere = shares.with_columns(region=pl.lit(ALL_REGIONS))
    return _counted(pl.concat([shares, everywhere])).sort(CELL).cast(pl.Schema(schema_of(OutcomeCounts)))


def _counted(shares: pl.DataFrame) -> pl.DataFrame:
    of_family = pl.col("unit") == "family"
    having = (pl.col("people_with") > 0).cast(pl.UInt32)
    counts = shares.group_by(CELL).agg(
        pl.col("people", "people_with").sum(), families=pl.len(), families_with=(pl.col("people_with") > 0).sum()
    )
    rows = shares.with_columns(
        y=pl.when(of_family).then(having).otherwise(pl.col("people_with")),
        n=pl.when(of_family).then(1).otherwise(pl.col("people")),
    )
    told = counts.join(with_interval(rows, CELL), on=CELL)
    return told.select(
        *CELL, "people", "families", "people_with", "families_with", "share", "low", "high", "design_effect"
    )


def with_interval(families: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Shares with Wilson's 95% intervals, families as clusters.

    Args:
        families: one row for each family and group: y (whole number with it), n (of how many, above 0).
        by: what makes a group.

    Returns:
        The columns of `by`, share, low, high, design_effect: a row for each group.
    """
    n, y = pl.col("n").cast(pl.Float64), pl.col("y").cast(pl.Float64)
    share = pl.col("y_sum") / pl.col("n_sum")
    # The sum of (y - share n)^2 over families, from sums of whole numbers, which no order of adding changes.
    spread = pl.col("yy") - 2 * share * pl.col("yn") + share**2 * pl.col("nn")
    effect = spread / pl.col("n_sum") ** 2 / (share * (1 - share) / pl.col("n_sum"))
    alone = (share <= 0) | (share >= 1) | (pl.col("nn") == pl.col("n_sum"))
    return (
        families.group_by(by)
        .agg(y_sum=y.sum(), n_sum=n.sum(), yy=(y**2).sum(), yn=(y * n).sum(), nn=(n**2).sum())
        .with_columns(share=share, design_effect=pl.when(alone).then(1.0).otherwise(effect.clip(1.0)))
        .with_columns(_wilson(pl.col("share"), pl.col("n_sum") / pl.col("design_effect")))
        .select(*by, "share", "low", "high", "design_effect")
    )


def _wilson(share: pl.Expr, worth: pl.Expr) -> list[pl.Expr]:
    """Ends of the Wilson score interval of a share of so many independent people."""
    scale = 1 + Z**2 / worth
    centre = (share + Z**2 / (2 * worth)) / scale
    half = Z / scale * (share * (1 - share) / worth + Z**2 / (4 * worth**2)).sqrt()
    low = pl.min_horizontal(share, (centre - half).clip(0, 1))
    return [low.alias("low"), pl.max_horizontal(share, (centre + half).clip(0, 1)).alias("high")]
