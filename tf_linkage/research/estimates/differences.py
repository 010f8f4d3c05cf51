"""differences: the programme against the comparison, outcome by outcome, with what is known of each figure.

Comparing shares, yearly rates and costs between the groups, families as clusters.

Every family is one row, so that the variance from influence functions is the cluster-robust variance of the people
in them; the propensity model behind the weights is part of it (`influence.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.contracts.columns import schema_of
from tf_linkage.contracts.outputs.estimates import MEASURES, METHODS, ROLES, Differences
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.influence import Groups, Levels, levels, standard_error
from tf_linkage.research.estimates.weighting import effective
from tf_linkage.research.tables.school_outcomes import ENOUGH

Floats = NDArray[np.float64]

MINIMUM_COUNT = 10
"""Families with the outcome, and without, that each group must have: below that an interval from the large-sample
formula cannot be believed, and no figure is given."""

SHARE, RATIO, POUNDS = MEASURES
UNADJUSTED, WEIGHTED, JOINERS_KEPT = METHODS[:3]

RATE_WINDOW = "7-24 months after"
COMPARED = ("year before", "1-6 months after", "7-12 months after", "13-18 months after", "19-24 months after",
    "24 months after",
)  # fmt: skip
"""Windows in which shares are compared; the year before, of which weights are made, shows next to nothing."""


def share_differences(
    shares: pl.DataFrame, groups: Groups, method: str, windows: Sequence[str] = COMPARED
) -> Iterator[dict[str, Any]]:
    """Differences in share, for each outcome, unit and window.

    Args:
        shares: what `by_family.shares` gives.
        groups: the families and how much each counts.
        method: the words of the method.
        windows: those to compare.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    of_family = pl.col("unit") == "family"
    rows = (
        shares.filter(pl.col("window").is_in(list(windows)))
        .with_columns(
            y=pl.when(of_family).then((pl.col("people_with") > 0).cast(pl.Int32)).otherwise(pl.col("people_with")),
            n=pl.when(of_family).then(1).otherwise(pl.col("people")),
        )
        .join(groups.placed, on="family_id")
        .sort("outcome", "unit", "window", "family_id")
    )
    for (outcome, unit, window), of in rows.group_by("outcome", "unit", "window", maintain_order=True):
        key = {"outcome": outcome, "unit": unit, "window": window, "measure": SHARE, "method": method}
        yield key | counts_behind(of) | _difference(of, groups)


Estimator = Callable[[Groups, NDArray[np.int64], Floats, Floats], Levels | None]
"""What gives levels of both groups; None where it has none."""


def rate_ratios(
    events: pl.DataFrame, groups: Groups, method: str, by: Estimator = levels
) -> Iterator[dict[str, Any]]:
    """Ratios of yearly rates of new events, for each outcome that has events, and each unit.

    Args:
        events: what `by_family.new_events` gives for RATE_WINDOW.
        groups: the families and how much each counts.
        method: the words of the method.
        by: what gives the levels of both groups.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    of_events = events.filter(~pl.col("outcome").is_in(list(ENOUGH)))
    rows = of_events.join(groups.placed, on="family_id").sort("outcome", "unit", "family_id")
    for (outcome, unit), of in rows.group_by("outcome", "unit", maintain_order=True):
        key = {"outcome": outcome, "unit": unit, "window": RATE_WINDOW, "measure": RATIO, "method": method}
        yield key | counts_behind(of) | _ratio(of, groups, by)


def in_contract(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as `contracts.outputs.estimates.Differences`, in the order of their key; exploratory unless they say."""
    schema = pl.Schema(schema_of(Differences))
    table = pl.DataFrame(
        [{"role": ROLES[-1]} | row for row in rows],
        schema={name: pl.String if isinstance(t, pl.Enum) else t for name, t in schema.items()},
    )
    return table.cast(schema).sort("outcome", "unit", "window", "measure", "method")


def compare_means(found: Levels) -> dict[str, float]:
    """The difference of the two levels with its 95% interval."""
    gap, influence = found.difference
    error = standard_error(influence)
    return {
        "programme": found.programme, "comparison": found.comparison, "estimate": gap, "standard_error": error,
        "low": gap - Z * error, "high": gap + Z * error,
    }  # fmt: skip


def compare_rates(found: Levels) -> dict[str, float]:
    """The ratio of the two levels with its 95% interval; the standard error is that of its logarithm."""
    gap, influence = found.log_ratio
    error = standard_error(influence)
    return {
        "programme": found.programme, "comparison": found.comparison,
        "estimate": float(np.exp(gap)), "standard_error": error,
        "low": float(np.exp(gap - Z * error)), "high": float(np.exp(gap + Z * error)),
    }  # fmt: skip


def _difference(of: pl.DataFrame, groups: Groups) -> dict[str, float]:
    y, n, people, having, programme = _arrays(of, "y", "n", "people", "people_with", "programme")
    if not enough(having > 0, programme) or not enough(having < people, programme):
        return {}
    return compare_means(levels(groups, of["place"].to_numpy(), y, n))


def _ratio(of: pl.DataFrame, groups: Groups, by: Estimator) -> dict[str, float]:
    months, events, programme = _arrays(of, "months", "events", "programme")
    if not enough(events > 0, programme):
        return {}
    found = by(groups, of["place"].to_numpy(), events, months / 12)
    return {} if found is None else compare_rates(found)


def _arrays(of: pl.DataFrame, *names: str) -> Iterator[Floats]:
    return (of[name].to_numpy().astype(np.float64) for name in names)


def enough(that: NDArray[np.bool_], programme: Floats) -> bool:
    """Whether each group has enough families of which that holds."""
    return all(int(np.count_nonzero(that & (programme == group))) >= MINIMUM_COUNT for group in (1, 0))


def counts_behind(of: pl.DataFrame) -> dict[str, Any]:
    """What a comparison stands on: families, people and families with the outcome of each side."""
    people, having, programme, weight = _arrays(of, "people", "people_with", "programme", "weight")
    counts: dict[str, Any] = {"effective_families": effective(weight[programme == 0])}
    for group, mine in (("programme", programme == 1), ("comparison", programme == 0)):
        counts |= {
            f"{group}_families": int(mine.sum()),
            f"{group}_people": int(people[mine].sum()),
            f"{group}_families_with": int((having[mine] > 0).sum()),
        }
    return counts
