"""research/estimates: every table of group figures, from one laying of the histories on half-years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from tf_linkage.research.estimates.by_family import shares
from tf_linkage.research.estimates.counts import outcome_counts
from tf_linkage.research.half_years import Returns, lay


def estimates(
    linked_people: pl.LazyFrame,
    attributes: pl.LazyFrame,
    returns: Returns,
    regions: Mapping[str, str],
    covered: tuple[dt.date, dt.date],
) -> dict[str, pl.LazyFrame]:
    """The group figures of the study.

    Args:
        linked_people: `ons.LinkedPeople`.
        attributes: `ons.Attributes`.
        returns: what each department gave back, by department and table.
        regions: region by council.
        covered: first and last day that the histories cover.

    Returns:
        The tables of `contracts.estimates.ESTIMATE_TABLES`, by name.
    """
    laid = lay(linked_people, attributes, returns, regions, covered)
    counted = shares(laid)
    return {"outcome_counts": outcome_counts(counted).lazy()}
