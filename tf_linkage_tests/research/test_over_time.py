"""The groups over time: by hand, and in worlds with hidden need, drift, or a bad half-year before the start."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, EVENT_HALF_YEARS, REFERENCE, EventStudy, Pretrends
from tf_linkage.disclosure.tables import event_study as leaving
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.over_time import Told, event_study, pretrends
from tf_linkage.research.estimates.over_time.event_study import NAMES, largest_deviation, of_events
from tf_linkage.research.estimates.over_time.pretrend import CARRIED, TESTED, joint
from tf_linkage.research.estimates.weighting import grouped

KINDS = ("child_in_need", "conviction", "employment")
HALF_YEARS = sorted(NAMES)


def events_of(ids: list[str], counts: dict[str, np.ndarray]) -> pl.DataFrame:
    """Events by family, outcome and half-year; `counts` are families by half-years."""
    return pl.concat(
        pl.DataFrame(
            {"family_id": ids, "outcome": outcome, "unit": "family", "half_year": at, "months": 18,
             "events": of[:, column], "people": 3, "people_with": np.minimum(of[:, column], 1)}
        )
        for outcome, of in counts.items()
        for column, at in enumerate(HALF_YEARS)
    )  # fmt: skip


def world(
    seed: int, *, families: int = 1_500, hidden: float = 0.0, drift: float = 0.0, crisis: float = 0.0
) -> list[Told]:
    """A world without effect.

    `hidden`: need decides who is served; `drift`: by how much a year it comes to count for more; `crisis`: how much
    a bad last half-year does.
    """
    rng = np.random.default_rng(seed)
    need, shock = rng.normal(size=families), rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(-hidden * need - crisis * shock))
    ids = [f"{i:06}" for i in range(families)]
    at = np.array(HALF_YEARS)
    log = -0.9 + np.outer(need, 0.4 + drift * (at + 6) / 2) + np.outer(shock, 0.8 * crisis * (at == -1))
    counts = {kind: rng.poisson(np.exp(-log - 1.8 if kind == "employment" else log)) for kind in KINDS}
    known = {f"{kind} {at}": (of[:, at] > 0).astype(float) for kind, of in counts.items() for at in (0, 1)}
    group = np.where(on, "programme", "comparison")
    groups = grouped(pl.DataFrame({"family_id": ids, "study_group": group, **known}))
    return of_events(events_of(ids, counts), groups)


def trend(seed: int, **choices: float) -> dict[str, float]:
    table = pretrends(world(seed, **choices))  # type: ignore[arg-type]
    return table.filter(pl.col("outcome").cast(pl.String) == ALL_TOGETHER).row(0, named=True)


def test_by_hand() -> None:
    """One half-year in which the programme has twice its events: the ratio doubles there alone."""
    ids = [f"{i:06}" for i in range(400)]
    on = np.arange(400) < 200
    counts = np.where(np.arange(400)[:, None] % 4 == 0, 1, np.zeros((400, 10), dtype=int))
    counts[:, HALF_YEARS.index(1)] += np.where(on, counts[:, 0], 0)
    families = pl.DataFrame({"family_id": ids, "programme": on.astype(float), "weight": 1.0})
    told = of_events(events_of(ids, {"conviction": counts}), Groups(families))
    table = event_study(told)
    EventStudy.validate(table)
    Pretrends.validate(pretrends(told))
    one = table.filter(pl.col("outcome").cast(pl.String) == "conviction").with_columns(
        pl.col("half_year").cast(pl.String)
    )
    ratios = dict(one.select("half_year", "estimate").iter_rows())
    assert REFERENCE not in ratios
    assert ratios.pop("7-12 months after") == pytest.approx(2)
    assert list(ratios.values()) == pytest.approx([1.0] * 8)
    assert set(one["programme_families_with"]) == {50}


def test_all_together_is_the_mean_with_employment_turned_round() -> None:
    *single, together = world(1, hidden=0.8)
    assert [one.outcome for one in single] == sorted(KINDS)
    for at in HALF_YEARS:
        logs = [one.logs[at] * (-1 if one.outcome == "employment" else 1) for one in single]
        assert together.logs[at] == pytest.approx(np.mean(logs))
    assert together.behind[0]["programme_families_with"] == min(
        one.behind[0]["programme_families_with"] for one in single
    )


def test_an_outcome_without_enough_in_one_half_year_is_not_told_and_no_part_of_all() -> None:
    ids = [f"{i:06}" for i in range(400)]
    on = np.arange(400) < 200
    often = np.where(np.arange(400)[:, None] % 4 == 0, 1, np.zeros((400, 10), dtype=int))
    rare = often.copy()
    rare[:, 2] = 0
    families = pl.DataFrame({"family_id": ids, "programme": on.astype(float), "weight": 1.0})
    told = of_events(events_of(ids, {"conviction": often, "custody": rare}), Groups(families))
    for table, figure in ((event_study(told), "estimate"), (pretrends(told), "slope")):
        missing = table.filter(pl.col("outcome").cast(pl.String) == "custody")
        assert missing.height
        assert missing[figure].null_count() == missing.height
        assert missing["programme_families"].to_list() == [200] * missing.height
    assert told[-1].outcome == ALL_TOGETHER
    assert told[-1].logs == told[0].logs
    assert of_events(events_of(ids, {"custody": rare}), Groups(families))[-1].outcome == "custody"


def test_the_largest_of_several_deviations() -> None:
    """Nine that have nothing to do with each other reach 2.77; nine that are the same stray as one does."""
    alone = np.kron(np.eye(9), np.array([1.0, -1.0]))
    wanted = NormalDist().inv_cdf((1 + 0.95 ** (1 / 9)) / 2)
    assert largest_deviation(alone) == pytest.approx(wanted, abs=0.03)
    assert largest_deviation(np.tile(alone[:1], (9, 1))) == pytest.approx(Z, abs=0.03)


@given(st.integers(0, 1000), st.integers(2, 9))
def test_a_band_is_no_narrower_than_an_interval_and_no_wider_than_each_alone(seed: int, number: int) -> None:
    influences = np.random.default_rng(seed).normal(size=(number, 30))
    bonferroni = NormalDist().inv_cdf(1 - 0.025 / number)
    assert Z <= largest_deviation(influences) <= bonferroni + 0.04


def test_walds_test_by_hand() -> None:
    """Two gaps that have nothing to do with each other, each two standard errors out: chi square of 8 on 2."""
    influences = np.kron(np.eye(2), np.array([1.0, -1.0, 1.0, -1.0]))
    error = np.sqrt((influences[0] ** 2).sum()) / influences.shape[1]
    assert joint(np.array([2 * error, -2 * error]), influences) == pytest.approx(chi2.sf(8, 2))


def test_what_follows_from_the_others_is_not_counted_twice() -> None:
    """A gap told twice is one gap: chi square of 4 on 1. Gaps without any doubt are no evidence of chance."""
    influences = np.tile([1.0, -1.0, 1.0, -1.0], (2, 1))
    error = np.sqrt((influences[0] ** 2).sum()) / influences.shape[1]
    assert joint(np.array([2 * error, 2 * error]), influences) == pytest.approx(chi2.sf(4, 1))
    assert joint(np.zeros(2), np.zeros((2, 4))) == 1.0


def test_what_a_drift_would_do_is_told_for_the_time_between_base_and_outcome() -> None:
    """From the middle of months 24 to 12 before to that of months 7 to 24 after: 33 months."""
    assert CARRIED == pytest.approx(33 / 12) == leaving.CARRIED
    row = trend(3)
    assert np.log(row["carried"]) == pytest.approx(CARRIED * np.log(row["detectable"]))
    assert [list(EVENT_HALF_YEARS).index(NAMES[at]) for at in TESTED] == [2, 3, 4, 5]


def test_hidden_need_that_stays_is_no_drift_and_a_drift_and_a_crisis_are_seen() -> None:
    """Of forty quiet worlds seven or more would reject less than once in two hundred times."""
    for choices in ({}, {"hidden": 0.8}):
        assert sum(trend(seed, **choices)["p_joint"] < 0.05 for seed in range(40)) < 7, choices
    drifting = [trend(seed, hidden=0.8, drift=0.25) for seed in range(20)]
    assert sum(row["p_joint"] < 0.05 for row in drifting) >= 12
    assert np.mean([row["slope"] for row in drifting]) > 1.1
    assert sum(trend(seed, crisis=0.8)["p_joint"] < 0.05 for seed in range(20)) >= 19


def test_half_years_of_which_weights_are_made_would_look_like_a_trend() -> None:
    """Why they are not tested: under hidden need that stays the ratio rises as soon as nothing balances it."""
    rises = [one.logs[-4] - one.logs[-5] for one in (world(seed, hidden=0.8)[-1] for seed in range(20))]
    stays = [one.logs[-1] - one.logs[-4] for one in (world(seed, hidden=0.8)[-1] for seed in range(20))]
    assert np.mean(rises) > 4 * np.std(rises) / np.sqrt(20)
    assert abs(np.mean(stays)) < 4 * np.std(stays) / np.sqrt(20)
