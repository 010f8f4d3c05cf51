"""Shares of groups and their intervals, against figures worked out by hand."""

from __future__ import annotations

import math

import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import OutcomeCounts
from tf_linkage.research.estimates.counts import outcome_counts

FAMILY = {"outcome": "custody", "window": "24 months after", "study_group": "programme"}


def of_families(*people: tuple[str, int, int], unit: str = "adult") -> pl.DataFrame:
    """Families as (region, people, people with the outcome)."""
    rows = [
        {**FAMILY, "family_id": str(i), "unit": unit, "region": region, "people": n, "people_with": y}
        for i, (region, n, y) in enumerate(people)
    ]
    return pl.DataFrame(rows)


def test_people_and_families_are_counted_by_region_and_together():
    counts = outcome_counts(of_families(("North", 3, 2), ("North", 2, 0), ("South", 1, 1)))
    OutcomeCounts.validate(counts)
    told = {row["region"]: row for row in counts.rows(named=True)}
    assert set(told) == {"North", "South", "all"}
    columns = ("people", "families", "people_with", "families_with", "share")
    assert [told["all"][name] for name in columns] == [6, 3, 3, 2, 0.5]
    assert [told["North"][name] for name in columns] == [5, 2, 2, 1, 0.4]


def test_of_families_the_share_is_of_families():
    all_together = outcome_counts(of_families(("North", 3, 2), ("North", 2, 0), unit="family")).filter(
        pl.col("region") == "all"
    )
    assert all_together.select("share", "design_effect").row(0) == (0.5, 1.0)


def test_alone_in_each_family_the_interval_is_wilsons():
    """10 of 100: 5.52% to 17.44% (Wilson 1927)."""
    counts = outcome_counts(of_families(*[("North", 1, int(i < 10)) for i in range(100)]))
    low, high = counts.filter(pl.col("region") == "all").select("low", "high").row(0)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)


def test_people_who_are_all_alike_in_a_family_are_worth_one():
    """Families of four, all with it or all without: as wide as for the families alone."""
    fours = outcome_counts(of_families(*[("North", 4, 4 * int(i < 10)) for i in range(100)]))
    effect, low = fours.filter(pl.col("region") == "all").select("design_effect", "low").row(0)
    assert effect == pytest.approx(4)
    ones = outcome_counts(of_families(*[("North", 1, int(i < 10)) for i in range(100)]))
    assert math.isclose(low, ones.filter(pl.col("region") == "all")["low"][0], abs_tol=1e-12)


def test_nobody_with_it_leaves_an_interval():
    counts = outcome_counts(of_families(*[("North", 2, 0) for _ in range(50)]))
    share, low, high = counts.filter(pl.col("region") == "all").select("share", "low", "high").row(0)
    assert (share, low) == (0.0, 0.0)
    assert high == pytest.approx(1.959963984540054**2 / (100 + 1.959963984540054**2))
