"""Bootstrap ends of ratios."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.intervals import wilson_of
from tf_linkage.quality.measures.bootstrap import ratio_ends
from tf_linkage.quality.measures.entities import entity_figures


def test_single_trials_come_near_wilson() -> None:
    right = np.array([1.0] * 180 + [0.0] * 20)
    low, high = ratio_ends(right, np.ones(200))
    ends = pl.select(*(e.alias(n) for n, e in zip("lh", wilson_of(pl.lit(180), pl.lit(200)), strict=True))).row(0)
    assert (low, high) == pytest.approx(ends, abs=0.015)
    assert low < 0.9 < high


def test_clusters_widen_the_interval() -> None:
    alone = ratio_ends(np.array([1.0] * 180 + [0.0] * 20), np.ones(200))
    together = ratio_ends(np.array([10.0] * 18 + [0.0] * 2), np.full(20, 10.0))
    assert together[1] - together[0] > 2 * (alone[1] - alone[0])


def test_where_all_are_alike_it_is_wilson() -> None:
    low, high = ratio_ends(np.full(50, 3.0), np.full(50, 3.0))
    assert high == 1
    assert low == pytest.approx(0.9287, abs=1e-4)  # 50 / (50 + 1.96 squared)


def test_the_same_every_time() -> None:
    right = np.arange(30) % 3 / 2
    assert ratio_ends(right, np.ones(30)) == ratio_ends(right.copy(), np.ones(30))


def test_b_cubed_has_an_interval_around_it() -> None:
    people = [f"p{i:02}" for i in range(40)]
    owned = pl.DataFrame({"person_id": people, "true_person": [f"t{i:02}" for i in range(40)]})
    register = pl.DataFrame(
        {"record_key": [f"k{i:02}" for i in range(40)], "true_person": [f"t{i:02}" for i in range(40)]}
    )
    wrong = [i ^ 1 if i < 12 else i for i in range(40)]  # six pairs of people have each other's record
    pairs = pl.DataFrame({"person_id": people, "register_key": [f"k{i:02}" for i in wrong]})
    for row in entity_figures(pairs, owned, register).iter_rows(named=True):
        assert 0 < row["low"] < row["value"] < row["high"] < 1
