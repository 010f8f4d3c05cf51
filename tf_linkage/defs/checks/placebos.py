"""The check that says when the study's method finds something where nothing can be."""

from __future__ import annotations

import dagster as dg
import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER
from tf_linkage.defs.assets.world import TableSet
from tf_linkage.defs.metadata.description import WARNING, asset_key

ESTIMATES = "research/estimates"


def nothing_before_the_start() -> dg.AssetChecksDefinition:
    """A warning where the groups differ before the programme can have changed anything."""

    @dg.asset_check(
        asset=asset_key(ESTIMATES),
        name="nothing_before_the_start",
        metadata=WARNING,
        description="In the two years before the start, held out of the model, all outcomes together show no "
        "difference. It warns: the groups differ in what no register holds, and effects may be off by as much.",
    )
    def check(estimates: TableSet) -> dg.AssetCheckResult:
        return placebo_verdict(estimates["placebos"].collect())

    return check


def placebo_verdict(placebos: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning when the interval of all outcomes together does not hold 1 in either window.

    Args:
        placebos: `contracts.outputs.estimates.Placebos`.
    """
    together = placebos.filter(pl.col("outcome").cast(pl.String) == ALL_TOGETHER).sort("window")
    told = together.filter(pl.col("estimate").is_not_null())
    seen = told.filter(~pl.lit(1.0).is_between(pl.col("low"), pl.col("high")))
    said = [
        f"{row['window']}: {row['estimate']:.3f} ({row['low']:.3f} to {row['high']:.3f}; one of "
        f"{row['detectable']:.2f} is seen four times in five)"
        for row in told.iter_rows(named=True)
    ]
    return dg.AssetCheckResult(
        passed=seen.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or "too few families to tell",
        metadata={"windows in which a difference shows": seen.height, "windows that can be told": told.height},
    )
