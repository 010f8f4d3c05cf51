"""Estimators side by side: against another package's solution, redraws, by hand, and next to what is true."""

from __future__ import annotations

from typing import Any

import delicatessen
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import SIDE_BY_SIDE, Differences
from tf_linkage.research.estimates.differences import in_contract, rate_ratios
from tf_linkage.research.estimates.estimators import joining
from tf_linkage.research.estimates.estimators.doubly import doubly_robust
from tf_linkage.research.estimates.estimators.joining import (
    Followed,
    fitted_staying,
    joining_ratios,
    levels_of_staying,
)
from tf_linkage.research.estimates.estimators.matching import CALIPER, _nearest, matched
from tf_linkage.research.estimates.influence import Groups, levels, standard_error
from tf_linkage.research.estimates.weighting import grouped
from tf_linkage.research.tables.half_years import NEVER, Laid


def groups_of(on: np.ndarray, **covariates: np.ndarray) -> Groups:
    ids = [f"{i:06}" for i in range(len(on))]
    return grouped(
        pl.DataFrame({"family_id": ids, "study_group": np.where(on, "programme", "comparison"), **covariates})
    )


def drawn(families: int, seed: int) -> tuple[Groups, np.ndarray, np.ndarray]:
    """Groups, events and years; the true ratio of rates is .8."""
    rng = np.random.default_rng(seed)
    need, other = rng.normal(size=families), rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(1 - 0.6 * need))
    years = rng.uniform(0.5, 2.0, families)
    events = rng.poisson(years * np.exp(-1 + 0.5 * need + 0.2 * other) * np.where(on, 0.8, 1.0)).astype(float)
    return groups_of(on, need=need, other=other), events, years


def test_doubly_robust_is_the_solution_of_its_stacked_equations() -> None:
    """Delicatessen solves propensity, outcome model and levels together, by its own code."""
    groups, events, years = drawn(900, 1)
    assert groups.design is not None
    x, on = groups.design, groups.families["programme"].to_numpy()

    def equations(theta: np.ndarray) -> np.ndarray:
        chance = 1 / (1 + np.exp(-(x @ theta[:3])))
        weight = (1 - on) * chance / (1 - chance)
        expected = years * np.exp(x @ theta[3:6])
        return np.vstack(
            [
                (x * (on - chance)[:, None]).T,
                (x * ((1 - on) * (events - expected))[:, None]).T,
                on * (events - years * theta[6]),
                on * (expected - years * theta[7]),
                weight * (events - expected - years * theta[8]),
                np.full(len(x), np.log(theta[6] / (theta[7] + theta[8])) - theta[9]),
            ]
        )

    solved = delicatessen.MEstimator(equations, init=[-1, 0.5, 0, -1, 0.5, 0.2, 0.3, 0.4, 0.0, 0.0])
    solved.estimate()
    found = doubly_robust(groups, np.arange(900), events, years)
    assert found is not None
    ratio, influence = found.log_ratio
    assert ratio == pytest.approx(solved.theta[9], abs=1e-6)
    assert standard_error(influence) == pytest.approx(np.sqrt(solved.variance[9, 9]), abs=1e-6)


def unlike(seed: int) -> tuple[float, float]:
    """Weighted and doubly robust log ratios where the propensity has the wrong form; true 0."""
    rng = np.random.default_rng(seed)
    need = rng.normal(size=3_000)
    on = rng.random(3_000) < 1 / (1 + np.exp(1.5 - 0.8 * need**2))
    events = rng.poisson(np.exp(-1 + 0.6 * need)).astype(float)
    groups, at, years = groups_of(on, need=need), np.arange(3_000), np.ones(3_000)
    found = doubly_robust(groups, at, events, years)
    assert found is not None
    return levels(groups, at, events, years).log_ratio[0], found.log_ratio[0]


def test_a_wrong_propensity_is_made_good_by_a_model_of_the_outcome() -> None:
    worlds = np.array([unlike(seed) for seed in range(20)])
    weighted, robust = worlds.mean(axis=0)
    error = worlds.std(axis=0, ddof=1) / np.sqrt(len(worlds))
    assert weighted > 0.05 + 3 * error[0]
    assert abs(robust) < 4 * error[1]


def test_errors_are_how_far_redraws_lie_apart() -> None:
    """Doubly robust counts both models; nearest neighbour takes its weights as known and is a little too wide."""
    found: dict[str, list[tuple[float, float]]] = {"robust": [], "nearest": []}
    for seed in range(150):
        groups, events, years = drawn(1_000, 500 + seed)
        robust = doubly_robust(groups, np.arange(1_000), events, years)
        neighbours = matched(groups)
        assert robust is not None
        assert neighbours is not None
        kept = neighbours.families["family_id"].cast(pl.Int64).to_numpy()
        nearest = levels(neighbours, np.arange(len(kept)), events[kept], years[kept])
        for name, one in (("robust", robust), ("nearest", nearest)):
            ratio, influence = one.log_ratio
            found[name].append((ratio, standard_error(influence)))
    for name, widest in (("robust", 1.15), ("nearest", 1.3)):
        ratios, errors = np.array(found[name]).T
        assert 0.85 < errors.mean() / ratios.std(ddof=1) < widest, name
        assert abs(ratios.mean() - np.log(0.8)) < 4 * ratios.std(ddof=1) / np.sqrt(len(ratios)), name


def test_too_few_events_for_a_model_leave_the_weighted_mean() -> None:
    """With events in few comparison families the model has but its first column, and says what weighting says."""
    groups, _, years = drawn(400, 2)
    off = np.flatnonzero(groups.families["programme"].to_numpy() == 0)
    events = np.zeros(400)
    events[off[:9]] = 1.0
    events[groups.families["programme"].to_numpy() == 1] = 1.0
    found = doubly_robust(groups, np.arange(400), events, years)
    plain = levels(groups, np.arange(400), events, years)
    assert found is not None
    assert found.comparison == pytest.approx(plain.comparison)
    assert standard_error(found.of_comparison) == pytest.approx(standard_error(plain.of_comparison))
    assert doubly_robust(groups.alike, np.arange(400), events, years) is None


def test_matches_by_hand() -> None:
    """Three on the programme, at logits 0, 1 and 9; four waiting, at -.1, .2, 1.1 and 1.1.

    The first is nearest to -.1, the second to the first of two that are equal; the third has no like.
    """
    logit = np.array([0.0, 1.0, 9.0, -0.1, 0.2, 1.1, 1.1])
    families = pl.DataFrame(
        {"family_id": [f"{i}" for i in range(7)], "programme": [1.0] * 3 + [0.0] * 4, "weight": 1.0}
    )
    found = matched(Groups(families, chance=1 / (1 + np.exp(-logit))))
    assert found is not None
    assert dict(found.families.select("family_id", "weight").iter_rows()) == {"0": 1, "1": 1, "3": 1, "5": 1}
    assert found.design is None
    assert matched(Groups(families)) is None


def test_nobody_within_the_caliper_is_no_match() -> None:
    logit = np.array([0.0, 0.1, 5.0, 5.1])
    families = pl.DataFrame({"family_id": list("abcd"), "programme": [1.0, 1.0, 0.0, 0.0], "weight": 1.0})
    assert CALIPER * 0.05 < 4.9
    assert matched(Groups(families, chance=1 / (1 + np.exp(-logit)))) is None


@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=15), st.lists(st.integers(-20, 20), min_size=1, max_size=15)
)
def test_the_nearest_is_the_nearest(those: list[int], among: list[int]) -> None:
    """As by looking at every pair: the nearest, of two as near the lower, of equals the first."""
    near, far = _nearest(np.array(those, dtype=float), np.array(among, dtype=float))
    for one, found, distance in zip(those, near, far, strict=True):
        best = min(range(len(among)), key=lambda i: (abs(among[i] - one), among[i], i))
        assert (found, distance) == (best, abs(among[best] - one))


def joined_world(seed: int, families: int = 4_000) -> dict[str, Any]:
    """A world without effect in which waiting families join after a bad half-year; half-years 0 to 3.

    Need is seen in part. Events of one half-year raise the chance of joining at the beginning of the next.
    """
    rng = np.random.default_rng(seed)
    need, seen = rng.normal(size=families), rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(-0.5 * seen))
    shock = rng.normal(size=(families, 1))
    rate = np.exp(-1.2 + 0.4 * need + 0.3 * seen)[:, None] * np.exp(0.8 * shock - 0.32)
    events = rng.poisson(np.repeat(rate, 5, axis=1))
    joins = np.full(families, np.inf)
    for k in range(4):
        goes = (joins == np.inf) & (rng.random(families) < np.where(events[:, k] > 0, 0.3, 0.05)) & ~on
        joins[goes] = k
    return {
        "on": on,
        "seen": seen,
        "bad": (events[:, :4] > 0).astype(float),
        "events": events[:, 1:],
        "joins": joins,
    }


def weighted_for_joining(world: dict[str, Any]) -> tuple[Groups, joining.Staying | None, Followed]:
    """Groups, what staying counts, and the rows of half-years 1 to 3 that are followed."""
    groups = groups_of(world["on"], seen=world["seen"])
    assert groups.design is not None
    half_years = np.arange(4)
    waiting, joins = ~world["on"], world["joins"]
    waits = waiting[:, None] & (joins[:, None] >= half_years)
    known = np.repeat(groups.design[:, None, :], 4, axis=1)
    x = np.concatenate([known, world["bad"][:, :, None]], axis=2)
    told = fitted_staying(x, waits, waits & (joins[:, None] == half_years), waiting, 0.0)
    place, half_year = np.nonzero(joins[:, None] > np.arange(4))
    after = half_year >= 1
    place, half_year = place[after], half_year[after]
    events, years = world["events"][place, half_year].astype(float), np.full(len(place), 0.5)
    return groups, told, Followed(place, half_year, events, years)


def test_weights_for_joining_undo_what_joining_does() -> None:
    """Without effect: following until joining is off, weighting those who stay is not, and holds as it says."""
    found: dict[str, list[tuple[float, float]]] = {"until": [], "weighted": []}
    for seed in range(40):
        groups, told, rows = weighted_for_joining(joined_world(seed))
        assert told is not None
        events, years = (np.bincount(rows.place, weights=of, minlength=4_000) for of in (rows.events, rows.years))
        there = np.flatnonzero(years)
        until = levels(groups, there, events[there], years[there])
        for name, one in (("until", until), ("weighted", levels_of_staying(groups, told, rows))):
            ratio, influence = one.log_ratio
            found[name].append((ratio, standard_error(influence)))
    until, errors = np.array(found["until"]).T
    assert until.mean() > 0.1
    assert np.mean(np.abs(until) > 1.96 * errors) > 0.5
    stayed, errors = np.array(found["weighted"]).T
    assert abs(stayed.mean()) < 0.02
    assert np.mean(np.abs(stayed) > 1.96 * errors) <= 0.175, "seven of forty would be less than once in 200 times"
    assert 0.8 < errors.mean() / stayed.std(ddof=1) < 1.3


def test_the_error_is_that_of_all_equations_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delicatessen solves propensity, joining and levels together, where no weight is cut."""
    monkeypatch.setattr(joining, "LARGEST", 1.0)
    world = joined_world(7, 1_200)
    groups, told, rows = weighted_for_joining(world)
    assert told is not None
    assert groups.design is not None
    x, on, joins = groups.design, groups.families["programme"].to_numpy(), world["joins"]
    q = x.shape[1]
    hazards = np.concatenate([np.repeat(x[:, None, :], 4, axis=1), world["bad"][:, :, None]], axis=2)
    waits = (on == 0)[:, None] & (joins[:, None] >= np.arange(4))
    joined = waits & (joins[:, None] == np.arange(4))
    events, followed = np.zeros((1_200, 4)), np.zeros((1_200, 4))
    events[rows.place, rows.half_year], followed[rows.place, rows.half_year] = rows.events, rows.years

    def equations(theta: np.ndarray) -> np.ndarray:
        beta, gamma, (mu1, mu0, ratio) = theta[:q], theta[q : 2 * q + 1], theta[2 * q + 1 :]
        chance = 1 / (1 + np.exp(-(x @ beta)))
        odds = (1 - on) * chance / (1 - chance)
        p = waits / (1 + np.exp(-(hazards @ gamma)))
        counts = 1 / np.cumprod(1 - p, axis=1)
        return np.vstack(
            [
                (x * (on - chance)[:, None]).T,
                np.einsum("ij,ijk->ki", joined - p, hazards),
                on * (events - followed * mu1).sum(axis=1),
                odds * (counts * (events - followed * mu0)).sum(axis=1),
                np.full(len(x), np.log(mu1 / mu0) - ratio),
            ]
        )

    solved = delicatessen.MEstimator(equations, init=[*[0.0] * q, -2.0, *[0.0] * q, 0.5, 0.5, 0.0])
    solved.estimate()
    ratio, influence = levels_of_staying(groups, told, rows).log_ratio
    assert ratio == pytest.approx(solved.theta[-1], abs=1e-6)
    assert standard_error(influence) == pytest.approx(np.sqrt(solved.variance[-1, -1]), abs=1e-6)


def laid_of(world: dict[str, Any]) -> Laid:
    """The same world as one adult in each family, laid on half-years; events of half-years -1 to 3."""
    families = len(world["on"])
    ids = [f"{i:06}" for i in range(families)]
    joins = np.where(np.isfinite(world["joins"]), world["joins"] * 6, NEVER).astype(int)
    members = pl.DataFrame(
        {"person_id": ids, "family_id": ids, "age": 30, "region": "North", "earliest": -6, "latest": 3,
         "study_group": np.where(world["on"], "programme", "comparison"), "joins": joins}
    ).with_columns(start=pl.date(2016, 1, 1))  # fmt: skip
    happened = np.column_stack([world["bad"][:, :1], world["events"]])
    place, column = np.nonzero(happened)
    begun = pl.DataFrame(
        {"person_id": np.array(ids)[place], "outcome": "conviction", "half_year": column - 1,
         "events": happened[place, column].astype(int)}
    )  # fmt: skip
    begun = begun.with_columns(
        before_joining=pl.when((pl.col("half_year") + 1) * 6 <= pl.Series(joins[place]))
        .then(pl.col("events")).otherwise(0)
    )  # fmt: skip
    nothing = pl.DataFrame(
        schema={"person_id": pl.String, "outcome": pl.String, "half_year": pl.Int32, "got": pl.Float64,
                "of": pl.Float64}
    )  # fmt: skip
    kinds = {"half_year": pl.Int32, "events": pl.Int32, "before_joining": pl.Int32}
    whole = {"joins": pl.Int32, "earliest": pl.Int32, "latest": pl.Int32}
    return Laid(members.cast(whole), nothing, begun.cast(kinds))


def test_rows_of_differences_from_a_cohort() -> None:
    world = joined_world(3)
    groups = groups_of(world["on"], seen=world["seen"])
    laid = laid_of(world)
    rows = [row for row in joining_ratios(laid, groups) if row["outcome"] == "conviction"]
    assert {row["unit"] for row in rows} == {"family", "adult"}
    assert {row["method"] for row in rows} == {SIDE_BY_SIDE[3]}
    assert rows[0]["estimate"] == pytest.approx(1, abs=4 * rows[0]["standard_error"])
    Differences.validate(in_contract(rows))
    nobody = {**world, "joins": np.full(len(world["on"]), np.inf)}
    unmodelled = next(iter(joining_ratios(laid_of(nobody), groups)))
    assert "estimate" not in unmodelled, "where nobody joins there is no model of joining"


def test_rows_without_an_estimate_keep_their_counts() -> None:
    groups, events, _ = drawn(300, 4)
    told = pl.DataFrame(
        {"family_id": groups.families["family_id"], "outcome": "conviction", "unit": "family", "months": 18,
         "events": np.zeros(300), "people": 3, "people_with": 0}
    )  # fmt: skip
    for row in rate_ratios(told, groups, SIDE_BY_SIDE[1], doubly_robust):
        assert "estimate" not in row
        assert row["programme_families"] + row["comparison_families"] == len(events)
