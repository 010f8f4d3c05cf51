"""The other estimators' rows of differences: ratios of yearly rates, for every outcome and unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, SIDE_BY_SIDE
from tf_linkage.research.estimates.differences import RATE_WINDOW, rate_ratios
from tf_linkage.research.estimates.estimators.doubly import doubly_robust
from tf_linkage.research.estimates.estimators.joining import joining_ratios
from tf_linkage.research.estimates.estimators.matching import matched
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.placebo import Before, events_in, told_throughout
from tf_linkage.research.estimates.two_assumptions import differenced
from tf_linkage.research.tables.half_years import Laid

YEAR_BEFORE, DOUBLY_ROBUST, NEAREST, _ = SIDE_BY_SIDE


def side_by_side(laid: Laid, begun: pl.DataFrame, groups: Groups, year_before: Before) -> Iterator[dict[str, Any]]:
    """Rows of `contracts.outputs.estimates.Differences` by each of `SIDE_BY_SIDE`.

    Args:
        laid: the cohort on half-years.
        begun: what `by_family.new_events` gives for it after the start.
        groups: the families and how much each counts.
        year_before: the last year before the start, and the groups made alike on what lies before it.
    """
    after = events_in(told_throughout(laid), ALL_WINDOWS[RATE_WINDOW])
    yield from differenced(year_before.events, after, year_before.groups, YEAR_BEFORE)
    yield from rate_ratios(begun, groups, DOUBLY_ROBUST, doubly_robust)
    neighbours = matched(groups)
    if neighbours is not None:
        yield from rate_ratios(begun, neighbours, NEAREST)
    yield from joining_ratios(laid, groups)
