"""Outcomes that last: in work in each half-year of months 7 to 24, or no benefit or conviction in any of them.

A share of somebody in work at some time in two years hides who came and went. The same families are counted as in
other shares of the window, and what links miss is allowed for in the same way: somebody missed reads as never in
work, and as never convicted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from tf_linkage.contracts.outputs.estimates import ALL_WINDOWS, SUSTAINED
from tf_linkage.research.estimates.by_family import (
    FAMILY_WINDOW,
    people_of_age,
    with_whole_families,
)
from tf_linkage.research.estimates.differences import (
    RATE_WINDOW,
    UNADJUSTED,
    WEIGHTED,
    counts_behind,
    share_differences,
)
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.linkage_error import ByAge, Recall, corrected_shares
from tf_linkage.research.tables.half_years import MONTHS, Laid


def sustained_differences(
    laid: Laid, by_age: ByAge, groups: Groups, recalled: Mapping[str, Recall]
) -> Iterator[dict[str, Any]]:
    """Differences in share of outcomes that last: as they are, weighted, and allowing for linkage.

    Args:
        laid: the cohort on half-years.
        by_age: its counts by age.
        groups: the families and how much each counts.
        recalled: what is known of the links to each register.

    Yields:
        Rows of `contracts.outputs.estimates.Differences`.
    """
    of_window = by_age.shares.filter(pl.col("window") == RATE_WINDOW)
    for name, (outcome, throughout) in SUSTAINED.items():
        of_outcome = of_window.filter(pl.col("outcome") == outcome)
        having = _throughout(of_outcome, laid, outcome) if throughout else of_outcome
        whole = with_whole_families(having.lazy(), FAMILY_WINDOW, ["study_group", "region"]).collect()
        unadjusted, weighted = (
            [*share_differences(whole, of, method, (RATE_WINDOW,))]
            for of, method in ((groups.alike, UNADJUSTED), (groups, WEIGHTED))
        )
        rows = [*unadjusted, *weighted, *corrected_shares(ByAge(having, by_age.linked), groups, recalled, weighted)]
        free = {} if throughout else _free(whole, groups)
        yield from (turned(row, free[row["unit"]], name) if free else {**row, "outcome": name} for row in rows)


def _throughout(of_outcome: pl.DataFrame, laid: Laid, outcome: str) -> pl.DataFrame:
    """The same people, and those of them to whom it happened in each half-year of the window."""
    first, last = (end // MONTHS for end in ALL_WINDOWS[RATE_WINDOW])
    happened = laid.happened.filter(
        pl.col("outcome") == outcome, pl.col("half_year").is_between(first, last - 1), pl.col("got") > 0
    )
    lasting = happened.group_by("person_id").agg(pl.col("half_year").n_unique() == last - first)
    counted = people_of_age(laid, outcome).join(lasting.filter("half_year"), on="person_id")
    by_family = counted.group_by("family_id", "unit").agg(lasting=pl.len().cast(pl.Int64))
    return of_outcome.join(by_family, on=["family_id", "unit"], how="left", maintain_order="left").with_columns(
        people_with=pl.col("lasting").fill_null(0).cast(of_outcome.schema["people_with"])
    ).drop("lasting")  # fmt: skip


def _free(whole: pl.DataFrame, groups: Groups) -> dict[str, dict[str, Any]]:
    """What comparisons of those to whom it never happened stand on, by unit: families in which it did to nobody."""
    nobody = whole.with_columns(people_with=(pl.col("people_with") == 0) * pl.col("people"))
    rows = nobody.join(groups.placed, on="family_id").sort("unit", "family_id")
    return {str(unit): counts_behind(of) for (unit,), of in rows.group_by("unit", maintain_order=True)}


def turned(row: Mapping[str, Any], free: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A difference in the share to whom something happened as that of those to whom it never did.

    Args:
        row: of `contracts.outputs.estimates.Differences`.
        free: what the comparison of those stands on.
        name: of the outcome.
    """
    told = {**row, **free, "outcome": name, "effective_families": row["effective_families"]}
    if row.get("estimate") is None:
        return told
    shares = {side: 1 - row[side] for side in ("programme", "comparison")}
    return told | shares | {"estimate": -row["estimate"], "low": -row["high"], "high": -row["low"]}
