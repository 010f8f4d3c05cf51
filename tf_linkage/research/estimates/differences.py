"""differences: the programme against the comparison, outcome by outcome, with what is known of each figure.

Comparing shares, yearly rates and costs between the groups, families as clusters.

Every family is one row, so that the heteroscedasticity-robust ("sandwich") variance of these regressions is the
cluster-robust variance of the people in them. Weights are taken as known, which leaves the intervals of a weighted
comparison a little too wide rather than too narrow (Lunceford and Davidian 2004).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS, Differences
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.weighting import effective
from tf_linkage.research.tables.school_outcomes import ENOUGH

Floats = NDArray[np.float64]

MINIMUM_COUNT = 10
"""Families with the outcome, and without, that each group must have: below that an interval from the large-sample
formula cannot be believed, and no figure is given."""

SHARE, RATIO, POUNDS = MEASURES
UNADJUSTED, WEIGHTED, JOINERS_KEPT = METHODS

RATE_WINDOW = "7-24 months after"
COMPARED = ("year before", "1-6 months after", "7-12 months after", "13-18 months after", "19-24 months after",
    "24 months after",
)  # fmt: skip
"""Windows in which shares are compared; the year before should show no difference once weighted."""


def share_differences(shares: pl.DataFrame, weights: pl.DataFrame, method: str) -> Iterator[dict[str, Any]]:
    """Differences in share, for each outcome, unit and window.

    Args:
        shares: what `by_family.shares` gives.
        weights: family_id, programme, weight.
        method: the words of the method.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    of_family = pl.col("unit") == "family"
    rows = (
        shares.filter(pl.col("window").is_in(COMPARED))
        .with_columns(
            y=pl.when(of_family).then((pl.col("people_with") > 0).cast(pl.Int32)).otherwise(pl.col("people_with")),
            n=pl.when(of_family).then(1).otherwise(pl.col("people")),
        )
        .join(weights, on="family_id")
        .sort("outcome", "unit", "window", "family_id")
    )
    for (outcome, unit, window), of in rows.group_by("outcome", "unit", "window", maintain_order=True):
        key = {"outcome": outcome, "unit": unit, "window": window, "measure": SHARE, "method": method}
        yield key | _counts(of) | _difference(of)


def rate_ratios(events: pl.DataFrame, weights: pl.DataFrame, method: str) -> Iterator[dict[str, Any]]:
    """Ratios of yearly rates of new events, for each outcome that has events, and each unit.

    Args:
        events: what `by_family.new_events` gives for RATE_WINDOW.
        weights: family_id, programme, weight.
        method: the words of the method.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    of_events = events.filter(~pl.col("outcome").is_in(list(ENOUGH)))
    rows = of_events.join(weights, on="family_id").sort("outcome", "unit", "family_id")
    for (outcome, unit), of in rows.group_by("outcome", "unit", maintain_order=True):
        key = {"outcome": outcome, "unit": unit, "window": RATE_WINDOW, "measure": RATIO, "method": method}
        yield key | _counts(of) | _ratio(of)


def in_contract(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as `contracts.outputs.estimates.Differences`, in the order of their key."""
    schema = pl.Schema(schema_of(Differences))
    table = pl.DataFrame(
        rows, schema={name: pl.String if isinstance(t, pl.Enum) else t for name, t in schema.items()}
    )
    return table.cast(schema).sort("outcome", "unit", "window", "measure", "method")


def compare_means(mean: Floats, size: Floats, programme: Floats, weight: Floats) -> dict[str, float]:
    """The difference of two weighted means of families, each family counting by its size."""
    from statsmodels.regression.linear_model import WLS  # noqa: PLC0415 - see `weighting`

    fitted = WLS(mean, _design(programme), weights=weight * size).fit(cov_type="HC1")
    level, gap = (float(value) for value in fitted.params)
    error = float(fitted.bse[1])
    return {
        "programme": level + gap, "comparison": level, "estimate": gap, "standard_error": error,
        "low": gap - Z * error, "high": gap + Z * error,
    }  # fmt: skip


def compare_rates(events: Floats, years: Floats, programme: Floats, weight: Floats) -> dict[str, float]:
    """The ratio of two weighted rates, from Poisson regression with robust variance (Zou 2004)."""
    from statsmodels.genmod import families  # noqa: PLC0415 - see `weighting`
    from statsmodels.genmod.generalized_linear_model import GLM  # noqa: PLC0415

    model = GLM(events, _design(programme), family=families.Poisson(), var_weights=weight, offset=np.log(years))
    fitted = model.fit(cov_type="HC1")
    level, gap = (float(value) for value in fitted.params)
    error = float(fitted.bse[1])
    return {
        "programme": float(np.exp(level + gap)), "comparison": float(np.exp(level)),
        "estimate": float(np.exp(gap)), "standard_error": error,
        "low": float(np.exp(gap - Z * error)), "high": float(np.exp(gap + Z * error)),
    }  # fmt: skip


def _design(programme: Floats) -> Floats:
    return np.column_stack([np.ones(len(programme)), programme])


def _difference(of: pl.DataFrame) -> dict[str, float]:
    y, n, people, having, programme, weight = _arrays(of, "y", "n", "people", "people_with", "programme", "weight")
    if not _enough(having > 0, programme) or not _enough(having < people, programme):
        return {}
    return compare_means(y / n, n, programme, weight)


def _ratio(of: pl.DataFrame) -> dict[str, float]:
    months, events, programme, weight = _arrays(of, "months", "events", "programme", "weight")
    if not _enough(events > 0, programme):
        return {}
    return compare_rates(events, months / 12, programme, weight)


def _arrays(of: pl.DataFrame, *names: str) -> Iterator[Floats]:
    return (of[name].to_numpy().astype(np.float64) for name in names)


def _enough(that: NDArray[np.bool_], programme: Floats) -> bool:
    """Whether each group has enough families of which that holds."""
    return all(int(np.count_nonzero(that & (programme == group))) >= MINIMUM_COUNT for group in (1, 0))


def _counts(of: pl.DataFrame) -> dict[str, Any]:
    people, having, programme, weight = _arrays(of, "people", "people_with", "programme", "weight")
    counts: dict[str, Any] = {"effective_families": effective(weight[programme == 0])}
    for group, mine in (("programme", programme == 1), ("comparison", programme == 0)):
        counts |= {
            f"{group}_families": int(mine.sum()),
            f"{group}_people": int(people[mine].sum()),
            f"{group}_families_with": int((having[mine] > 0).sum()),
        }
    return counts
