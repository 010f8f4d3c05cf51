"""What the linkage reached when it was last accepted, and whether a run falls below it.

The accepted figures over many seeds, their file, and the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import Baseline
from tf_linkage.errors import TfLinkageError

MEASURES = ("precision", "recall", "f1")
"""The figures a baseline keeps."""

TOLERANCE = 3.0
"""Standard deviations over seeds that a figure may fall below the mean: about one false alarm in 700 figures, were
they normal. One would be red every sixth time."""


class BaselineRefused(TfLinkageError):
    """The baseline cannot be made or read."""


def baseline_of(metrics_by_seed: Mapping[int, pl.DataFrame]) -> pl.DataFrame:
    """The baseline that these runs make.

    Args:
        metrics_by_seed: `contracts.outputs.quality.Metrics` of each seed, two or more.

    Returns:
        `contracts.outputs.quality.Baseline`, sorted; figures too small to show on any seed are left out.

    Raises:
        BaselineRefused: fewer than two seeds.
    """
    if len(metrics_by_seed) < 2:
        raise BaselineRefused("a baseline needs two seeds or more; its spread comes from them")
    rows = pl.concat(_overall(metrics) for _, metrics in sorted(metrics_by_seed.items()))
    figures = rows.group_by("department", "measure").agg(
        seeds=pl.len(),
        mean=pl.col("value").mean().round(6),
        spread=pl.col("value").std().round(6),
        least=pl.col("value").min().round(6),
    )
    schema = schema_of(Baseline)
    complete = figures.filter(pl.col("seeds") == len(metrics_by_seed)).sort("department", "measure")
    return complete.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def below_baseline(metrics: pl.DataFrame, baseline: pl.DataFrame) -> pl.DataFrame:
    """The figures that fall below the baseline's mean by more than its spread allows.

    A figure of the baseline that is not there any more, or is too small to show, counts as fallen: silence is no
    proof. A spread of nothing still allows one in a thousand. No figure that was itself accepted is refused: few
    false links have a long tail, so that the lowest of the seeds can lie further down than the spread tells.

    Returns:
        department, measure, value, mean, allowed (the least that would do); empty when all is well.
    """
    accepted = baseline.with_columns(pl.col("department", "measure").cast(pl.String)).with_columns(
        allowed=pl.min_horizontal(
            pl.col("mean") - TOLERANCE * pl.max_horizontal(pl.col("spread"), pl.lit(0.001 / TOLERANCE)), "least"
        )
    )
    return (
        accepted.join(_overall(metrics), on=["department", "measure"], how="left", maintain_order="left")
        .filter(pl.col("value").is_null() | (pl.col("value").round(6) < pl.col("allowed")))
        .select("department", "measure", "value", "mean", "allowed")
    )


def write_baseline(baseline: pl.DataFrame, path: Path) -> None:
    """Write the baseline as CSV, small enough to be read in a review."""
    temporary = path.with_suffix(".part")
    baseline.with_columns(pl.col("department", "measure").cast(pl.String)).write_csv(temporary)
    temporary.replace(path)


def read_baseline(path: Path) -> pl.DataFrame:
    """Read a baseline.

    Raises:
        BaselineRefused: no such file, or columns other than the contract's.
    """
    schema = schema_of(Baseline)
    if not path.exists():
        raise BaselineRefused(f"there is no baseline {path.name}; make one first")
    table = pl.read_csv(path)
    if table.columns != list(schema):
        raise BaselineRefused(f"{path.name} does not have the columns {', '.join(schema)}; make it again")
    return table.select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _overall(metrics: pl.DataFrame) -> pl.DataFrame:
    return metrics.with_columns(pl.col("department", "breakdown", "measure").cast(pl.String)).filter(
        pl.col("breakdown") == "all", pl.col("measure").is_in(MEASURES), pl.col("value").is_not_null()
    ).select("department", "measure", "value")  # fmt: skip
