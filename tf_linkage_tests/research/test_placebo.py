"""Placebos held out of the model: quiet where nothing is hidden, loud where need is, and by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER, PLACEBOS, Placebos
from tf_linkage.research.estimates.influence import Groups, levels
from tf_linkage.research.estimates.placebo import KNOWN, held_out
from tf_linkage.research.estimates.weighting import grouped

KINDS = ("child_in_need", "conviction", "exclusion", "employment")


def world(families: int, seed: int, hidden: float) -> tuple[pl.DataFrame, Groups]:
    """Events of the tested year and groups made alike on an earlier one. `hidden`: how need decides who joins."""
    rng = np.random.default_rng(seed)
    need = rng.normal(size=families)
    on = rng.random(families) < 1 / (1 + np.exp(-hidden * need))
    earlier = rng.poisson(0.3 * np.exp(0.5 * need)) > 0
    ids = [f"{i:06}" for i in range(families)]
    group = np.where(on, "programme", "comparison")
    covariates = pl.DataFrame({"family_id": ids, "study_group": group, "earlier": earlier.astype(float)})
    sign = {kind: -0.5 if kind == "employment" else 0.5 for kind in KINDS}
    events = pl.concat(
        pl.DataFrame(
            {"family_id": ids, "outcome": kind, "unit": "family", "study_group": group, "region": "North",
             "months": 12, "events": (n := rng.poisson(0.3 * np.exp(sign[kind] * need))), "people": 3,
             "people_with": np.minimum(n, 1)}
        )
        for kind in KINDS
    )  # fmt: skip
    return events, grouped(covariates)


def together(families: int, seed: int, hidden: float) -> dict[str, float]:
    return next(row for row in held_out(*world(families, seed, hidden)) if row["outcome"] == ALL_TOGETHER)


def test_what_is_tested_and_all_after_it_is_held_out_of_its_model() -> None:
    for window, (first, _) in PLACEBOS.items():
        assert KNOWN[window]
        assert all((last + 1) * 6 <= first for _, last in KNOWN[window].values()), window


def test_all_together_is_the_mean_of_the_logarithms_with_employment_turned_round() -> None:
    events, groups = world(800, 1, 0.8)
    rows = {row["outcome"]: row for row in held_out(events, groups)}
    logs = [np.log(rows[kind]["estimate"]) * (-1 if kind == "employment" else 1) for kind in KINDS]
    assert np.log(rows[ALL_TOGETHER]["estimate"]) == pytest.approx(np.mean(logs))
    influence = []
    for kind in sorted(KINDS):
        of = events.filter(pl.col("outcome") == kind)
        found = levels(groups, np.arange(800), of["events"].to_numpy(), np.ones(800)).log_ratio[1]
        influence.append(found * (-1 if kind == "employment" else 1))
    error = np.sqrt((np.mean(influence, axis=0) ** 2).sum()) / 800
    assert rows[ALL_TOGETHER]["standard_error"] == pytest.approx(error)
    assert rows[ALL_TOGETHER]["detectable"] == pytest.approx(np.exp(2.8016 * error), rel=1e-4)
    fewest = min(rows[kind]["programme_families_with"] for kind in KINDS)
    assert rows[ALL_TOGETHER]["programme_families_with"] == fewest
    Placebos.validate(
        pl.DataFrame(
            [{"window": "1-12 months before", **row} for row in rows.values()],
            schema_overrides={name: column.dtype for name, column in Placebos.columns().items()},
        ).select(Placebos.column_names())
    )


def test_quiet_where_nothing_is_hidden_and_loud_where_need_is() -> None:
    """Of forty worlds seven or more would reject once in two hundred times; hidden need shows in nearly all."""
    quiet = sum(not row["low"] <= 1 <= row["high"] for row in (together(1_000, seed, 0.0) for seed in range(40)))
    assert quiet < 7
    loud = [together(1_000, 100 + seed, 0.8) for seed in range(20)]
    assert sum(row["low"] > 1 for row in loud) >= 16
    assert np.mean([row["estimate"] for row in loud]) > 1.1


def test_too_few_events_give_counts_and_no_estimate() -> None:
    events, groups = world(60, 2, 0.0)
    none = events.with_columns(events=pl.lit(0), people_with=pl.lit(0))
    rows = list(held_out(none, groups))
    assert [row["outcome"] for row in rows] == [*sorted(KINDS), ALL_TOGETHER]
    assert all("estimate" not in row for row in rows)
    assert rows[0]["programme_families"] + rows[0]["comparison_families"] == 60
