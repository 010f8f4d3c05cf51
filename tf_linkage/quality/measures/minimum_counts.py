"""Which figures may be shown: nothing about fewer than ten.

The two rules that stand between a computed figure and a stored one. Source of ten: the threshold of the secure
research service and of UK LLC, which count zero as small too.
"""

from __future__ import annotations

import polars as pl

from tf_linkage.intervals import wilson_of

MINIMUM_COUNT = 10
"""Least denominator of a figure, and least numerator that is shown from real people."""

TOTALS = ("sent", "links")
"""Counts of everybody: nothing is left of them to be small."""

FIGURE = ("numerator", "denominator", "value", "low", "high")


def of_ten_or_more(metrics: pl.DataFrame) -> pl.DataFrame:
    """Figures of a simulation: those whose denominator is under ten are emptied."""
    shown = pl.col("denominator") >= MINIMUM_COUNT
    return metrics.with_columns(pl.when(shown).then(pl.col(name)).alias(name) for name in FIGURE)


def of_real_people(metrics: pl.DataFrame) -> pl.DataFrame:
    """Figures of real extracts: small denominators are emptied, small numerators become intervals.

    A numerator under ten, or within ten of its denominator, is replaced by the interval that holds for all of the
    numerators it might be, so that it cannot be computed back. Where that leaves one group of a breakdown hidden
    alone, the next smallest is hidden with it: else the total would give the first away.
    """
    large = of_ten_or_more(metrics)
    n, d = pl.col("numerator"), pl.col("denominator")
    is_total = pl.col("measure").cast(pl.String).is_in(TOTALS)
    few, all_but_few = n < MINIMUM_COUNT, (d - n < MINIMUM_COUNT) & ~is_total
    lone = _alone(large.with_columns(hidden=d.is_null() | few | all_but_few))
    top, bottom = (
        pl.min_horizontal(pl.lit(MINIMUM_COUNT - 1), d),
        pl.max_horizontal(d - MINIMUM_COUNT + 1, pl.lit(0)),
    )
    _, few_high = wilson_of(top, d)
    many_low, _ = wilson_of(bottom, d)
    is_rate = pl.col("low").is_not_null()
    return (
        large.join(lone, on=["department", "breakdown", "level", "measure"], how="left", maintain_order="left")
        .with_columns(
            low=pl.when(pl.col("lone") | ~is_rate).then(None).when(few).then(0.0)
            .when(all_but_few).then(many_low).otherwise("low"),
            high=pl.when(pl.col("lone") | ~is_rate).then(None).when(all_but_few).then(1.0)
            .when(few).then(few_high).otherwise("high"),
            numerator=pl.when(pl.col("lone") | few | all_but_few).then(None).otherwise("numerator"),
            value=pl.when(pl.col("lone") | few | all_but_few).then(None).otherwise("value"),
            denominator=pl.when("lone").then(None).otherwise("denominator"),
        )
        .drop("lone")
    )  # fmt: skip


def _alone(metrics: pl.DataFrame) -> pl.DataFrame:
    """Every figure, with whether it must be hidden to protect the only other hidden one of its kind."""
    kind = ["department", "breakdown", "measure"]
    rank = pl.when(~pl.col("hidden")).then(pl.col("numerator")).rank("ordinal").over(kind)
    alone = (pl.col("hidden").sum().over(kind) == 1) & (pl.len().over(kind) > 1)
    return metrics.select(*kind, "level", lone=(alone & ~pl.col("hidden") & (rank == 1)).fill_null(False))
