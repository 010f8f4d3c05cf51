"""Comparisons of the groups, against formulas written out and worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import Balance, Differences, Overlap
from tf_linkage.research.estimates.differences import (
    MINIMUM_COUNT,
    compare_means,
    compare_rates,
    in_contract,
    rate_ratios,
    share_differences,
)
from tf_linkage.research.estimates.influence import Groups, levels
from tf_linkage.research.estimates.weighting import effective, weigh

Z = 1.959963984540054


def fixed(programme: np.ndarray, weight: np.ndarray) -> Groups:
    """Families whose weights are given, and not estimated."""
    ids = [f"{i:06}" for i in range(len(programme))]
    return Groups(pl.DataFrame({"family_id": ids, "programme": programme, "weight": weight}))


def test_a_difference_of_means_and_its_clustered_error_by_hand():
    """Cluster-robust variance of a ratio of sums, written out: sum of w^2 (y - n m)^2 over (sum of w n)^2."""
    rng = np.random.default_rng(1)
    size = rng.integers(1, 5, 400).astype(float)
    mean = rng.binomial(size.astype(int), 0.3) / size
    programme = (rng.random(400) < 0.5).astype(float)
    weight = np.where(programme == 1, 1.0, rng.uniform(0.3, 2.0, 400))
    found = compare_means(levels(fixed(programme, weight), np.arange(400), mean * size, size))
    level, variance = {}, 0.0
    for group in (1, 0):
        w, n, y = (values[programme == group] for values in (weight, size, mean * size))
        level[group] = (w * y).sum() / (w * n).sum()
        variance += (w**2 * (y - n * level[group]) ** 2).sum() / (w * n).sum() ** 2
    assert found["estimate"] == pytest.approx(level[1] - level[0])
    assert found["programme"] == pytest.approx(level[1])
    assert found["standard_error"] == pytest.approx(np.sqrt(variance))
    assert found["high"] - found["low"] == pytest.approx(2 * Z * found["standard_error"])


def test_a_ratio_of_rates_and_its_clustered_error_by_hand():
    rng = np.random.default_rng(2)
    years = rng.uniform(0.5, 6.0, 500)
    programme = (rng.random(500) < 0.6).astype(float)
    weight = np.where(programme == 1, 1.0, rng.uniform(0.3, 2.0, 500))
    events = rng.poisson(years * rng.gamma(2.0, 0.05, 500)).astype(float)
    found = compare_rates(levels(fixed(programme, weight), np.arange(500), events, years))
    rate, variance = {}, 0.0
    for group in (1, 0):
        w, t, y = (values[programme == group] for values in (weight, years, events))
        rate[group] = (w * y).sum() / (w * t).sum()
        variance += (w**2 * (y - t * rate[group]) ** 2).sum() / (w * t * rate[group]).sum() ** 2
    assert found["estimate"] == pytest.approx(rate[1] / rate[0])
    assert found["standard_error"] == pytest.approx(np.sqrt(variance))
    assert found["low"] == pytest.approx(found["estimate"] * np.exp(-Z * found["standard_error"]))


def test_effective_number():
    assert effective(np.array([2.0, 2.0, 2.0])) == pytest.approx(3)
    assert effective(np.array([1.0, 3.0])) == pytest.approx(16 / 10)
    assert effective(np.array([])) == 0.0


def confounded(families: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Need decides both the programme and the outcome, whose rate the programme lowers by a third."""
    rng = np.random.default_rng(seed)
    need = rng.random(families) < 0.5
    noise = rng.normal(size=families)
    on = rng.random(families) < np.where(need, 0.75, 0.35)
    rate = np.where(need, 0.20, 0.05) * np.where(on, 2 / 3, 1.0)
    events = rng.poisson(rate * 1.5)
    ids = [f"{i:06}" for i in range(families)]
    group = np.where(on, "programme", "comparison")
    covariates = pl.DataFrame(
        {"family_id": ids, "study_group": group, "need": need.astype(float), "noise": noise, "always": 1.0}
    )
    told = pl.DataFrame(
        {"family_id": ids, "outcome": "looked_after", "unit": "child", "study_group": group, "region": "North",
         "months": 18, "events": events, "people": 1, "people_with": (events > 0).astype(int)}
    )  # fmt: skip
    return covariates, told, pl.DataFrame({"family_id": ids * 2})


def test_weights_undo_a_confounder_that_an_unadjusted_ratio_shows():
    covariates, told, members = confounded(20_000, 3)
    groups = weigh(covariates, members).groups
    plain = next(iter(rate_ratios(told, groups.alike, "unadjusted")))
    weighted = next(iter(rate_ratios(told, groups, "weighted")))
    assert plain["low"] > 2 / 3, "the needier are on the programme: unadjusted it looks worse than it is"
    assert weighted["low"] < 2 / 3 < weighted["high"]
    Differences.validate(in_contract([plain, weighted]))


def test_balance_and_overlap_tell_of_both_groups():
    covariates, _, members = confounded(4_000, 4)
    weighting = weigh(covariates, members)
    Balance.validate(weighting.balance)
    Overlap.validate(weighting.overlap)
    need = weighting.balance.row(by_predicate=pl.col("covariate") == "need", named=True)
    assert need["difference_before"] > 0.5
    assert abs(need["difference_after"]) < 0.01
    assert "always" not in weighting.balance["covariate"].to_list(), "what does not vary says nothing"
    assert weighting.overlap["families"].sum() == 4_000
    assert weighting.overlap["people"].sum() == 8_000


def test_intervals_of_the_weighted_ratio_hold_the_truth_as_often_as_they_say():
    """Forty worlds at 95%: 33 or fewer would come less than once in two hundred times."""
    held = 0
    for seed in range(40):
        covariates, told, members = confounded(1_500, 100 + seed)
        row = next(iter(rate_ratios(told, weigh(covariates, members).groups, "weighted")))
        held += row["low"] <= 2 / 3 <= row["high"]
    assert held >= 34


def shares_of(having: int, families: int = 100) -> pl.DataFrame:
    rows = [
        {"family_id": f"{group}{i:03}", "outcome": "custody", "unit": "adult", "window": "24 months after",
         "study_group": group, "region": "North", "people": 1, "people_with": int(i < having)}
        for group in ("programme", "comparison")
        for i in range(families)
    ]  # fmt: skip
    return pl.DataFrame(rows)


@pytest.mark.parametrize("case", [(MINIMUM_COUNT - 1, False), (MINIMUM_COUNT, True), (91, False)])
def test_too_few_families_with_it_or_without_give_counts_and_no_estimate(case: tuple[int, bool]):
    having, told = case
    shares = shares_of(having)
    families = shares.select(
        "family_id", programme=(pl.col("study_group") == "programme").cast(pl.Float64), weight=pl.lit(1.0)
    )
    row = next(iter(share_differences(shares, Groups(families), "weighted")))
    assert row["programme_families_with"] == having
    assert (row.get("estimate") is not None) is told
    Differences.validate(in_contract([row]))


def test_one_group_alone_is_not_weighed():
    covariates, _, members = confounded(200, 5)
    alone = covariates.filter(pl.col("study_group") == "programme")
    weighting = weigh(alone, members)
    assert weighting.families["weight"].unique().to_list() == [1.0]
    assert weighting.balance.is_empty()
