"""From people judged one by one to the figures that are reported.

The formula of each figure and how figures are laid out as rows of `contracts.outputs.quality.Metrics`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.quality import MEASURES, Metrics
from tf_linkage.intervals import wilson_of

FIGURES = {
    "level": pl.String,
    "measure": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}
"""Columns of figures before they are laid out by department and breakdown."""

COUNTS = {
    "sent": "sent",
    "linked": "sent",
    "in_review": "sent",
    "links": "links",
}
"""Counts, and the number each is a part of, which decides whether it may be shown."""

RATES = {
    "match_rate": ("linked", "sent"),
    "review_rate": ("in_review", "sent"),
}
"""Rates, each a count over a count."""

TRUE_COUNTS = {
    "present": "sent",
    "absent": "sent",
    "right_links": "links",
    "false_links": "links",
    "missed": "present",
}

TRUE_RATES = {
    "coverage": ("present", "sent"),
    "precision": ("right_links", "links"),
    "false_discovery_rate": ("false_links", "links"),
    "recall": ("found", "present"),
    "missed_match_rate": ("missed", "present"),
    "absent_link_rate": ("absent_linked", "absent"),
}
"""The same where the truth is known."""


def figures_of(judged: pl.DataFrame, by: str | None = None) -> pl.DataFrame:
    """Every figure that judged people allow, for each level of one column.

    Args:
        judged: one row for each person sent, as `judging.judge` makes them, with the column `by`. Where `present`
            is all null the truth is unknown, and only counts and match rates come back.
        by: column to break the figures down by; everybody together when None.

    Returns:
        Columns level, measure, numerator, denominator, value, low, high.
    """
    known = judged.get_column("present").is_not_null().all() if judged.height else False
    level = pl.lit("all") if by is None else pl.col(by).cast(pl.String)
    totals = (
        judged.with_columns(level=level)
        .filter(pl.col("level").is_not_null())
        .group_by("level")
        .agg(
            sent=pl.len(),
            linked=(pl.col("links") > 0).sum(),
            in_review=pl.col("in_review").sum(),
            links=pl.col("links").sum(),
            present=pl.col("present").sum(),
            absent=(~pl.col("present")).sum(),
            right_links=pl.col("right_links").sum(),
            false_links=(pl.col("links") - pl.col("right_links")).sum(),
            found=pl.col("found").sum(),
            missed=(pl.col("present") & ~pl.col("found")).sum(),
            absent_linked=(~pl.col("present") & (pl.col("links") > 0)).sum(),
        )
        .sort("level")
    )
    counts, rates = (COUNTS | TRUE_COUNTS, RATES | TRUE_RATES) if known else (COUNTS, RATES)
    parts = [counted(totals, counts), shares(totals, rates)]
    if known:
        parts.append(_f1(totals))
    return pl.concat(parts)


def counted(totals: pl.DataFrame, counts: Mapping[str, str]) -> pl.DataFrame:
    """Counts as figures: the value is the count; the denominator is what it is a part of."""
    return pl.concat(
        totals.select(
            "level",
            measure=pl.lit(measure),
            numerator=pl.col(measure).cast(pl.Int64),
            denominator=pl.col(whole).cast(pl.Int64),
            value=pl.col(measure).cast(pl.Float64),
            low=pl.lit(None, dtype=pl.Float64),
            high=pl.lit(None, dtype=pl.Float64),
        )
        for measure, whole in counts.items()
    )


def shares(totals: pl.DataFrame, rates: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    """Rates as figures, each with its Wilson interval; null where the denominator is 0."""
    return pl.concat(
        _share(totals, measure, pl.col(part), pl.col(whole)) for measure, (part, whole) in rates.items()
    )


def _share(totals: pl.DataFrame, measure: str, part: pl.Expr, whole: pl.Expr) -> pl.DataFrame:
    low, high = wilson_of(part, whole)
    return totals.select(
        "level",
        measure=pl.lit(measure),
        numerator=part.cast(pl.Int64),
        denominator=whole.cast(pl.Int64),
        value=pl.when(whole > 0).then(part / whole),
        low=low,
        high=high,
    )


def _f1(totals: pl.DataFrame) -> pl.DataFrame:
    """F1 by way of F* = right / (right + false + missed), which is a share and so has a Wilson interval.

    F1 = 2 F* / (1 + F*) rises with F*, so the ends of the interval carry over.
    """
    right = pl.col("right_links")
    share = _share(totals, "f1", right, right + pl.col("false_links") + pl.col("missed"))
    return share.with_columns((2 * pl.col(end) / (1 + pl.col(end))).alias(end) for end in ("value", "low", "high"))


def laid_out(parts: Mapping[tuple[str, str], pl.DataFrame]) -> pl.DataFrame:
    """Figures of several departments and breakdowns as one table.

    Args:
        parts: figures (level, measure, numerator, denominator, value, low, high) by department and breakdown.

    Returns:
        A table of `contracts.outputs.quality.Metrics`, sorted by department, breakdown, level and measure.
    """
    schema = schema_of(Metrics)
    frames = [
        part.with_columns(department=pl.lit(department), breakdown=pl.lit(breakdown)).select(
            pl.col(name).cast(dtype) for name, dtype in schema.items()
        )
        for (department, breakdown), part in parts.items()
    ]
    if not frames:
        return pl.DataFrame(schema=schema)
    return pl.concat(frames).sort("department", "breakdown", "level", "measure")


def figure(
    metrics: pl.DataFrame, department: str, measure: str, breakdown: str = "all", level: str = "all"
) -> float:
    """One figure out of the table; NaN when it is not there or may not be shown."""
    if measure not in MEASURES:
        raise KeyError(measure)
    found = metrics.filter(
        pl.col("department").cast(pl.String) == department,
        pl.col("breakdown").cast(pl.String) == breakdown,
        pl.col("level") == level,
        pl.col("measure").cast(pl.String) == measure,
    ).get_column("value")
    value = found[0] if len(found) else None
    return float("nan") if value is None else float(value)


def headline(metrics: pl.DataFrame) -> dict[str, dict[str, float]]:
    """The overall figures that may be shown, by department and measure: what a run plots over time."""
    overall = metrics.filter(pl.col("breakdown").cast(pl.String) == "all", pl.col("value").is_not_null())
    found: dict[str, dict[str, float]] = {}
    for department, measure, value in overall.select("department", "measure", "value").iter_rows():
        found.setdefault(department, {})[measure] = value
    return found
