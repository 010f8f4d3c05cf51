"""The stacked variance of the effect on the treated: against an oracle, against redraws, next to fixed weights."""

from __future__ import annotations

import delicatessen
import numpy as np
import polars as pl
import pytest

from tf_linkage.research.estimates.influence import Groups, levels, standard_error
from tf_linkage.research.estimates.weighting import weigh


def drawn(families: int, seed: int, levelled: float = 1.0) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Covariates, events and years. `levelled`: how steeply risk follows need on the programme, next to off it."""
    rng = np.random.default_rng(seed)
    need, other = rng.normal(size=families), rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(1.2 - 0.6 * need))
    years = rng.uniform(0.5, 2.0, families)
    steep = np.where(on, levelled, 1.0)
    events = rng.poisson(years * np.exp(-1.5 + 0.6 * steep * need + 0.2 * other)).astype(float)
    covariates = pl.DataFrame(
        {
            "family_id": [f"{i:06}" for i in range(families)],
            "study_group": np.where(on, "programme", "comparison"),
            "need": need,
            "other": other,
        }
    )
    return covariates, events, years


def groups_of(covariates: pl.DataFrame) -> Groups:
    return weigh(covariates, pl.DataFrame(schema={"family_id": pl.String})).groups


def test_ratio_and_error_are_those_of_stacked_estimating_equations() -> None:
    """Delicatessen solves the same equations by its own code: to seven digits."""
    covariates, events, years = drawn(800, 1)
    groups = groups_of(covariates)
    assert groups.design is not None
    x, programme = groups.design, groups.families["programme"].to_numpy()

    def equations(theta: np.ndarray) -> np.ndarray:
        chance = 1 / (1 + np.exp(-(x @ theta[:3])))
        odds = chance / (1 - chance)
        return np.vstack(
            [
                (x * (programme - chance)[:, None]).T,
                programme * (events - years * np.exp(theta[3])),
                (1 - programme) * odds * (events - years * np.exp(theta[4])),
                np.full(len(x), theta[3] - theta[4] - theta[5]),
            ]
        )

    solved = delicatessen.MEstimator(equations, init=[-1.0, 0.5, 0.0, -1.0, -1.0, 0.0])
    solved.estimate()
    ratio, influence = levels(groups, np.arange(800), events, years).log_ratio
    assert ratio == pytest.approx(solved.theta[5], abs=1e-7)
    assert standard_error(influence) == pytest.approx(np.sqrt(solved.variance[5, 5]), abs=1e-7)


@pytest.mark.parametrize("levelled", [1.0, 0.0, -1.0])
def test_the_error_is_how_far_redraws_lie_apart(levelled: float) -> None:
    """Where the programme turns risks round, weights taken as known make it too small."""
    found, stacked, known = [], [], []
    for seed in range(100):
        covariates, events, years = drawn(1_000, 1_000 + seed, levelled)
        groups = groups_of(covariates)
        at = np.arange(1_000)
        ratio, influence = levels(groups, at, events, years).log_ratio
        fixed = levels(Groups(groups.families), at, events, years).log_ratio[1]
        found.append(ratio)
        stacked.append(standard_error(influence))
        known.append(standard_error(fixed))
    apart = float(np.std(found, ddof=1))
    assert np.mean(stacked) == pytest.approx(apart, rel=0.15), "a hundred redraws tell a deviation to about 7%"
    if levelled < 0:
        assert np.mean(known) < 0.96 * np.mean(stacked)


def test_families_without_a_row_count_for_the_propensity_alone() -> None:
    covariates, events, years = drawn(600, 3)
    groups = groups_of(covariates)
    some = np.flatnonzero(np.arange(600) % 3 > 0)
    part = levels(groups, some, events[some], years[some])
    whole = np.zeros(600)
    whole[some] = years[some]
    same = levels(groups, np.arange(600), np.where(whole > 0, events, 0.0), whole)
    assert part.log_ratio[0] == same.log_ratio[0]
    assert np.array_equal(part.log_ratio[1], same.log_ratio[1])
    assert part.of_comparison[0] != 0.0, "family 0 has no row, and its propensity still counts"
