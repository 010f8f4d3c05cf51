"""The effect under two assumptions: that covariates tell all, and that what they do not tell stays as it is.

Weighting is right if nothing unseen decides both programme and outcome. Difference in differences is right if
what is unseen moves both groups alike over time: the ratio after the start is divided by the ratio of a year
long before it, with weights fitted on what lies before that year. Where either is right the two err in opposite
directions (Ding and Li 2019, *Political Analysis* 27), so that the union of their intervals is a range over
both assumptions. It is no 95% interval, and it fails where both do: where groups drift apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, MEASURES, METHODS, PLACEBOS
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.differences import RATE_WINDOW, counts_behind, enough
from tf_linkage.research.estimates.influence import Floats, Groups, Levels, levels, standard_error
from tf_linkage.research.estimates.placebo import Before, events_in, told_throughout
from tf_linkage.research.tables.half_years import Laid

RATIO = MEASURES[1]
WEIGHTED, DIFFERENCED, RANGE = METHODS[1], METHODS[3], METHODS[4]

BASE = next(iter(PLACEBOS))
"""The window that the ratio after the start is held against: the second year before. The last year is a false base
where families are served after a crisis that passes by itself (Ashenfelter 1978)."""


def ranges(laid: Laid, base: Before, weighted: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Ratios of yearly rates by difference in differences, and the range over both assumptions.

    Args:
        laid: the cohort on half-years.
        base: the window `BASE`.
        weighted: the rows of the weighted ratios, as `differences.rate_ratios` gives them.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`. A range has no standard error.
    """
    after = events_in(told_throughout(laid), ALL_WINDOWS[RATE_WINDOW])
    by_weights = {(row["outcome"], row["unit"]): row for row in weighted}
    for row in differenced(base.events, after, base.groups):
        yield row
        if union := _union(row, by_weights.get((row["outcome"], row["unit"]), {})):
            yield union


def differenced(
    before: pl.DataFrame, after: pl.DataFrame, groups: Groups, method: str = DIFFERENCED
) -> Iterator[dict[str, Any]]:
    """Ratios after the start over the ratios before it, for each outcome and unit.

    Args:
        before: what `by_family.new_events` gives for the base.
        after: the same after the start.
        groups: the families, made alike on what lies before the base.
        method: the words of the method.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`. `programme` and `comparison` are the rates after the
        start; the estimate is their ratio over that of the base.
    """
    key = ["outcome", "unit"]
    base = dict(_placed(before, groups).group_by(key, maintain_order=True))
    for (outcome, unit), of in _placed(after, groups).group_by(key, maintain_order=True):
        row = {"outcome": outcome, "unit": unit, "window": RATE_WINDOW, "measure": RATIO, "method": method}
        earlier = base.get((outcome, unit))
        row |= counts_behind(of)
        if earlier is None or not all(
            enough(one["events"].to_numpy() > 0, one["programme"].to_numpy()) for one in (earlier, of)
        ):
            yield row
            continue
        later, first = _levels(of, groups), _levels(earlier, groups)
        yield row | {"programme": later.programme, "comparison": later.comparison} | _against(later, first)


def _placed(events: pl.DataFrame, groups: Groups) -> pl.DataFrame:
    return events.join(groups.placed, on="family_id").sort("outcome", "unit", "family_id")


def _levels(of: pl.DataFrame, groups: Groups) -> Levels:
    years = of["months"].to_numpy() / 12
    return levels(groups, of["place"].to_numpy(), of["events"].to_numpy().astype(float), years)


def _against(later: Levels, first: Levels) -> dict[str, float]:
    (after, of_after), (before, of_before) = later.log_ratio, first.log_ratio
    gap, influence = after - before, np.asarray(of_after - of_before)
    error = standard_error(_checked(influence))
    return {
        "estimate": float(np.exp(gap)), "standard_error": error,
        "low": float(np.exp(gap - Z * error)), "high": float(np.exp(gap + Z * error)),
    }  # fmt: skip


def _checked(influence: Floats) -> Floats:
    """The influence, whose mean is nothing at the estimate: anything else is a mistake of ours."""
    if abs(float(influence.mean())) > 1e-6 * max(1.0, float(np.abs(influence).max())):
        raise ArithmeticError("the influence function does not sum to nothing")
    return influence


def _union(by_differences: dict[str, Any], by_weights: dict[str, Any]) -> dict[str, Any] | None:
    """The weighted row with the union of both intervals; nothing where either is missing."""
    if by_differences.get("estimate") is None or by_weights.get("estimate") is None:
        return None
    return by_weights | {
        "method": RANGE,
        "low": min(by_weights["low"], by_differences["low"]),
        "high": max(by_weights["high"], by_differences["high"]),
        "standard_error": None,
        **{name: min(by_weights[name], by_differences[name]) for name in by_weights if "famil" in name},
        **{name: min(by_weights[name], by_differences[name]) for name in by_weights if name.endswith("_people")},
    }
