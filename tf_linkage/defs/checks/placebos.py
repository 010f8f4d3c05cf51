"""The checks that say when the study's method finds something where nothing can be, or the groups drift apart."""

from __future__ import annotations

import dagster as dg
import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER
from tf_linkage.defs.checks.estimated import warns_of_estimates


def nothing_before_the_start() -> dg.AssetChecksDefinition:
    """A warning where the groups differ before the programme can have changed anything."""
    return warns_of_estimates(
        "nothing_before_the_start",
        "In the two years before the start, held out of the model, all outcomes together show no "
        "difference. It warns: the groups differ in what no register holds, and effects may be off by as much.",
        "placebos",
        placebo_verdict,
    )


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


ALPHA = 0.05


def no_drift_before_the_start() -> dg.AssetChecksDefinition:
    """A warning where the groups move apart in the two years before the start."""
    return warns_of_estimates(
        "no_drift_before_the_start",
        "In the two years before the start the groups compare as they did at its beginning, all "
        "outcomes together (joint test at 5%). It warns: need moves them apart, or a crisis that passes by itself.",
        "pretrends",
        drift_verdict,
    )


def drift_verdict(pretrends: pl.DataFrame) -> dg.AssetCheckResult:
    """A warning when the half-years before the start together lie too far from the reference.

    Args:
        pretrends: `contracts.outputs.estimates.Pretrends`.
    """
    together = pretrends.filter(pl.col("outcome").cast(pl.String) == ALL_TOGETHER).drop_nulls("slope")
    said = [
        f"p {row['p_joint']:.3f}; slope {row['slope']:.3f} a year ({row['low']:.3f} to {row['high']:.3f}; one of "
        f"{row['detectable']:.2f} is seen four times in five)"
        for row in together.iter_rows(named=True)
    ]
    return dg.AssetCheckResult(
        passed=together.filter(pl.col("p_joint") < ALPHA).is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(said) or "too few families to tell",
        metadata={"trends that can be told": together.height},
    )
