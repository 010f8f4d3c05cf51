"""Difference in differences and the range over both assumptions: right where one of them is, wrong under drift."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import METHODS, Differences
from tf_linkage.research.estimates.differences import in_contract, rate_ratios
from tf_linkage.research.estimates.influence import Groups, levels, standard_error
from tf_linkage.research.estimates.two_assumptions import _union, differenced
from tf_linkage.research.estimates.weighting import grouped

WEIGHTED, DIFFERENCED, RANGE = METHODS[1], METHODS[3], METHODS[4]
TRUE = 0.8


def events_of(ids: list[str], group: np.ndarray, count: np.ndarray, months: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"family_id": ids, "outcome": "child_in_need", "unit": "family", "study_group": group, "region": "North",
         "months": months, "events": count, "people": 3, "people_with": np.minimum(count, 1)}
    )  # fmt: skip


def world(families: int, seed: int, *, hidden: float = 0.0, drift: float = 0.0) -> tuple[dict[str, object], ...]:
    """The weighted row, that of difference in differences, and the range.

    `hidden`: how need that nobody sees decides the programme; `drift`: how much need counts for more afterwards.
    """
    rng = np.random.default_rng(seed)
    need, seen = rng.normal(size=families), rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(-hidden * need - 0.5 * seen))
    rate = 0.4 * np.exp(0.5 * need + 0.3 * seen)
    earlier, base = rng.poisson(rate), rng.poisson(rate)
    late = rng.poisson(1.5 * rate * np.exp(drift * need) * np.where(on, TRUE, 1.0))
    ids = [f"{i:06}" for i in range(families)]
    group = np.where(on, "programme", "comparison")
    known = {"family_id": ids, "study_group": group, "seen": seen, "earlier": (earlier > 0).astype(float)}
    before, after = events_of(ids, group, base, 12), events_of(ids, group, late, 18)
    weights = grouped(pl.DataFrame(known | {"base": (base > 0).astype(float)}))
    weighted = next(iter(rate_ratios(after, weights, WEIGHTED)))
    row = next(iter(differenced(before, after, grouped(pl.DataFrame(known)))))
    return weighted, row, _union(row, weighted) or {}


def holding(of: str, **choices: float) -> int:
    """In how many of 40 worlds the interval holds the true ratio."""
    found = [dict(zip(("weighted", "differenced", "range"), world(2_000, s, **choices), strict=True))[of]
             for s in range(40)]  # fmt: skip
    return sum(bool(row["low"] <= TRUE <= row["high"]) for row in found)  # type: ignore[operator]


def test_by_hand() -> None:
    """Eight rates: the ratio after is 2, before 1.25, so 1.6; and the variance of four independent parts."""
    ids = [f"{i:06}" for i in range(400)]
    group = np.where(np.arange(400) < 200, "programme", "comparison")
    base = np.where(np.arange(400) < 200, np.arange(400) % 4 < 1, np.arange(400) % 5 < 1).astype(int)
    late = np.where(np.arange(400) < 200, np.arange(400) % 2, np.arange(400) % 4 < 1).astype(int)
    families = pl.DataFrame({"family_id": ids, "programme": (group == "programme").astype(float), "weight": 1.0})
    row = next(
        iter(differenced(events_of(ids, group, base, 12), events_of(ids, group, late, 12), Groups(families)))
    )
    assert row["estimate"] == pytest.approx(2 / 1.25)
    at, years = np.arange(400), np.ones(400)
    parts = [levels(Groups(families), at, y.astype(float), years).log_ratio[1] for y in (late, base)]
    assert row["standard_error"] == pytest.approx(standard_error(parts[0] - parts[1]))
    Differences.validate(in_contract([row]))


def test_both_hold_where_nothing_is_hidden_and_the_range_is_their_union() -> None:
    """At 95%, 33 or fewer of forty come less than once in two hundred times."""
    assert holding("weighted") >= 34
    assert holding("differenced") >= 34
    weighted, row, union = world(2_000, 1)
    assert (union["low"], union["high"]) == (
        min(weighted["low"], row["low"]), max(weighted["high"], row["high"])  # type: ignore[type-var]
    )  # fmt: skip
    assert union["estimate"] == weighted["estimate"]
    assert union["standard_error"] is None
    Differences.validate(in_contract([weighted, row, union]))


def test_the_range_holds_where_need_is_hidden_and_weighting_does_not() -> None:
    assert holding("weighted", hidden=0.8) <= 26
    assert holding("differenced", hidden=0.8) >= 34
    assert holding("range", hidden=0.8) >= 37


def test_under_drift_the_range_fails_as_well() -> None:
    assert holding("range", hidden=0.8, drift=0.4) <= 20


def test_nothing_to_go_by_gives_counts_and_no_range() -> None:
    ids = [f"{i:06}" for i in range(40)]
    group = np.where(np.arange(40) < 20, "programme", "comparison")
    none = events_of(ids, group, np.zeros(40, dtype=int), 12)
    families = pl.DataFrame({"family_id": ids, "programme": (group == "programme").astype(float), "weight": 1.0})
    row = next(iter(differenced(none, none, Groups(families))))
    assert "estimate" not in row
    assert row["programme_families"] == 20
    assert _union(row, {"estimate": 1.0, "low": 0.9, "high": 1.1}) is None
