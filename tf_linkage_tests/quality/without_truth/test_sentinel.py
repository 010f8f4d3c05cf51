"""Precision from people whose records are taken out: by hand, against many draws, and where nothing can be said."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.quality.without_truth.sentinel import (
    ENOUGH,
    FEWEST,
    FOLDS,
    MEASURE,
    sentinel_figures,
    strata_figures,
    strata_of,
    weighted_counts,
)


def of(**strata: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"stratum": [name for name, many in strata.items() for _ in range(many)]}, {"stratum": pl.String}
    )


def test_by_hand_each_stratum_by_its_own_rate() -> None:
    """4 of 104 adults and none of 100 children are linked to strangers.

    50 adults without a link stand for 2 with a false one, 1,000 children for none; one rate would make it 21.
    """
    found = strata_figures(of(adult=104, child=100), of(adult=4), of(adult=50, child=1_000), 400).row(0, named=True)
    assert found["measure"] == MEASURE
    assert found["value"] == pytest.approx(1 - 2 / 400)
    assert (found["numerator"], found["denominator"]) == (398, 400)
    assert found["low"] < 1 - 2 / 400 < found["high"] == 1.0
    alike = strata_figures(of(all=204), of(all=4), of(all=1_050), 400).row(0, named=True)
    assert alike["value"] == pytest.approx(1 - 1_050 * 4 / 200 / 400), "one rate for all would be far off"


def test_few_tried_are_told_together_and_nobody_tried_says_nothing() -> None:
    few = FEWEST - 1
    together = strata_figures(of(a=few, b=few), of(a=1), of(a=0, b=2 * few - 1), 100).row(0, named=True)
    assert together["value"] == pytest.approx(0.99), "one of 98 tried, and 97 without a link"
    assert strata_figures(of(), of(), of(a=10), 100).is_empty()
    assert strata_figures(of(a=60), of(), of(a=10), 0).is_empty()


def test_a_single_count_has_the_interval_of_a_count_to_come() -> None:
    """None seen: the mean is gamma of shape 1, so what comes is geometric: .975 of it lie within five."""
    assert weighted_counts(np.array([0.0]), np.array([1.0])) == (0.0, 0.0, 5.0)
    assert weighted_counts(np.array([0.0, 0.0]), np.array([1.0, 4.0]))[2] > 5


@pytest.mark.parametrize("rates", [(0.5, 0.5), (3.0, 0.2), (8.0, 10.0)])
def test_its_interval_holds_as_many_as_come(rates: tuple[float, float]) -> None:
    """Counts seen, and as many again by their weights: held in 93 of a hundred or more of 600 draws."""
    rng, weights = np.random.default_rng(3), np.array([0.5, 2.0])
    held = 0
    for _ in range(600):
        seen = rng.poisson(rates).astype(float)
        came = float(rng.poisson(weights * np.array(rates)).sum())
        _, low, high = weighted_counts(seen, weights)
        held += low <= came <= high
    assert held >= 0.93 * 600


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0.01, 10)), min_size=1, max_size=6))
def test_its_ends_lie_about_the_sum(strata: list[tuple[int, float]]) -> None:
    counts, weights = (np.array(values, dtype=float) for values in zip(*strata, strict=True))
    total, low, high = weighted_counts(counts, weights)
    assert 0 <= low <= total + 1
    assert total == pytest.approx(float(counts @ weights))
    assert high >= total - 1


N = 800


def people() -> pl.DataFrame:
    """Three in four are in the register; the others stand without a link."""
    return pl.DataFrame({"ref": [f"r{i:04}" for i in range(N)], "stratum": ["all"] * N})


def register() -> pl.LazyFrame:
    return pl.LazyFrame({"key": [f"k{i:04}" for i in range(N) if i % 4]})


def linked(of: pl.LazyFrame, wrong: int) -> pl.DataFrame:
    """A linkage that finds everybody who is there, and takes a stranger for every so many of those who are not."""
    there = set(of.collect()["key"])
    rows = []
    for i in range(N):
        if f"k{i:04}" in there:
            rows.append((f"r{i:04}", f"k{i:04}"))
        elif i % 4 and i % wrong == 1:
            rows.append((f"r{i:04}", "k9999"))
    return pl.DataFrame(rows, schema=["ref", "key"], orient="row")


def test_the_register_is_linked_without_the_records_of_those_tried() -> None:
    links, seen = linked(register(), 20), []

    def relinked(without: pl.LazyFrame) -> pl.DataFrame:
        seen.append(set(without.collect()["key"]))
        return linked(without, 20)

    found = sentinel_figures(people(), links, register(), "key", relinked).row(0, named=True)
    everybody = set(register().collect()["key"])
    assert all(len(everybody - some) == links.height // FOLDS for some in seen)
    tried = set().union(*(everybody - some for some in seen))
    assert len(tried) == len(seen) * links.height // FOLDS >= ENOUGH
    false = sum(int(key[1:]) % 20 == 1 for key in tried)
    # 200 are without a link.
    assert found["value"] == pytest.approx(1 - 200 * false / (len(tried) - false) / links.height)
    assert found["value"] < 1
    again = sentinel_figures(people()[::-1], links[::-1], register(), "key", lambda of: linked(of, 20))
    assert again.row(0, named=True) == found, "whatever the order of rows"


def test_a_linkage_that_takes_no_stranger_is_told_to_be_right() -> None:
    found = sentinel_figures(people(), linked(register(), N), register(), "key", lambda of: linked(of, N))
    assert found["value"][0] > 0.99


def test_strata_are_decades_and_the_numbers_people_have() -> None:
    request = pl.DataFrame(
        {"request_ref": ["a", "b", "c"], "date_of_birth": [dt.date(1979, 1, 1), dt.date(1980, 1, 1), None],
         "nino": ["AB1", None, None]}
    )  # fmt: skip
    assert strata_of(request, ("nino",))["stratum"].to_list() == ["1970, nino", "1980", "no date"]
    assert strata_of(request, ())["stratum"].to_list() == ["1970", "1980", "no date"]
