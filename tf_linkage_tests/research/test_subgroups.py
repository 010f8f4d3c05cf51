"""Groups leaning on each other: by hand, how often intervals hold, and within councils of a study."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_linkage.contracts.outputs.estimates import COUNCIL, Subgroups
from tf_linkage.intervals import Z
from tf_linkage.research.estimates.differences import MINIMUM_COUNT, rate_ratios
from tf_linkage.research.estimates.influence import Groups
from tf_linkage.research.estimates.linkage_error import Recall
from tf_linkage.research.estimates.subgroups.by_group import Recalled, _by_council, of_kinds
from tf_linkage.research.estimates.subgroups.pooling import SPREADS, pooled
from tf_linkage.research.tables.half_years import lay
from tf_linkage.research.tables.outcomes import EVENTS


def test_by_hand_with_equal_errors() -> None:
    """Independent, equally sure: each is drawn to the plain mean by its share of the variance."""
    found, error = np.array([-1.0, 0.0, 0.2, 1.2]), 0.3
    told = pooled(found, error**2 * np.eye(4))
    assert told is not None
    assert told.spread in SPREADS
    kept = told.spread**2 / (told.spread**2 + error**2)
    assert told.mean == pytest.approx(found.mean())
    assert told.estimates == pytest.approx(found.mean() + kept * (found - found.mean()))
    # Of the part that is kept its error, of the mean that of the mean.
    variance = kept * error**2 + (1 - kept) * error**2 / 4
    assert told.errors == pytest.approx([np.sqrt(variance)] * 4)


def test_two_groups_say_nothing_of_how_much_groups_differ() -> None:
    assert pooled(np.array([0.1, 0.2]), 0.01 * np.eye(2)) is None


@given(st.integers(0, 10_000), st.integers(3, 8), st.floats(-2, 2))
def test_what_leans_lies_between_and_moves_with_all(seed: int, number: int, by: float) -> None:
    """Independent groups stay in their order about the mean, are surer than alone, and shift as all do."""
    rng = np.random.default_rng(seed)
    found, errors = rng.normal(size=number), rng.uniform(0.1, 1.0, number)
    told, moved = (pooled(found + shift, np.diag(errors**2)) for shift in (0.0, by))
    assert told is not None
    assert moved is not None
    assert moved.estimates == pytest.approx(told.estimates + by)
    for one, leaning in zip(found, told.estimates, strict=True):
        assert min(one, told.mean) - 1e-9 <= leaning <= max(one, told.mean) + 1e-9
    assert (told.errors <= errors + 1e-9).all()


def test_groups_that_share_families_count_once() -> None:
    """Two groups of the same families: twice the same estimate weighs in the mean as once."""
    twice = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    together = pooled(np.array([2.0, 2.0, 0.0, 0.0]), 0.04 * twice)
    apart = pooled(np.array([2.0, 2.0, 0.0, 0.0]), 0.04 * np.eye(4))
    assert together is not None
    assert apart is not None
    assert together.mean <= apart.mean


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.3])
def test_intervals_hold_about_as_often_as_they_say(spread: float) -> None:
    """Three hundred studies of six groups: 1,800 intervals at 95%, and closer to the truth than each alone."""
    rng = np.random.default_rng(int(100 * spread))
    held, leaning, alone = [], [], []
    for _ in range(300):
        true = 0.1 + spread * rng.normal(size=6)
        errors = rng.uniform(0.1, 0.4, 6)
        found = true + errors * rng.normal(size=6)
        told = pooled(found, np.diag(errors**2))
        assert told is not None
        held.append(np.abs(told.estimates - true) <= 1.96 * told.errors)
        leaning.append((told.estimates - true) ** 2)
        alone.append((found - true) ** 2)
    assert np.mean(held) > 0.925
    assert np.mean(leaning) < 0.9 * np.mean(alone)


def of_events(families: int = 1_200, seed: int = 1) -> tuple[dict[str, frozenset[str]], pl.DataFrame, Groups]:
    """Three councils, in the last of which the programme doubles what it leaves as it is elsewhere."""
    rng = np.random.default_rng(seed)
    on, council = rng.random(families) < 0.5, np.arange(families) % 3
    events = rng.poisson(0.5 * np.where(on & (council == 2), 2.0, 1.0))
    ids = [f"{i:06}" for i in range(families)]
    begun = pl.DataFrame(
        {"family_id": ids, "outcome": "conviction", "unit": "family", "months": 18, "events": events, "people": 3,
         "people_with": np.minimum(events, 1)}
    )  # fmt: skip
    told = pl.DataFrame({"family_id": ids, "programme": on.astype(float), "weight": 1.0})
    members = {name: frozenset(np.array(ids)[council == at].tolist()) for at, name in enumerate("abc")}
    return members, begun, Groups(told)


UNKNOWN = Recalled({}, pl.DataFrame())


def recalled(begun: pl.DataFrame, groups: Groups, drawn: np.ndarray) -> Recalled:
    """One person of each family, all linked and every fifth known to be present: recall of both groups, drawn.

    Args:
        begun: what `of_events` gives.
        groups: likewise.
        drawn: recall of comparison and programme, draws by two; its mean is what is expected.
    """
    on = groups.families["programme"].to_numpy() > 0
    people = begun.select("family_id", person_id="family_id").with_columns(
        cell=pl.Series(on.astype(int)), adult=True, linked=True, present=pl.Series(np.arange(len(on)) % 5 == 0)
    )
    events = begun.select("family_id", "outcome", "unit", "months", "events", person_id="family_id")
    recall = Recall(people, np.array([0, 1]), drawn.mean(axis=0), drawn, np.zeros(2), np.zeros((len(drawn), 2)), 99)
    return Recalled({EVENTS["conviction"][0]: recall}, events)


def test_recall_that_is_known_moves_every_group_alike_and_adds_nothing() -> None:
    """Recall .8 on the programme and .9 in the comparison: every ratio times .9 over .8."""
    members, begun, groups = of_events()
    found = of_kinds({COUNCIL: members}, begun, groups, UNKNOWN)
    allowed = of_kinds({COUNCIL: members}, begun, groups, recalled(begun, groups, np.tile([0.9, 0.8], (50, 1))))
    Subgroups.validate(allowed)
    for name in ("pooled", "pooled_low", "pooled_high", "mean"):
        assert allowed[name].to_numpy() == pytest.approx(found[name].to_numpy() * 0.9 / 0.8)
    assert allowed.select("estimate", "low", "high").equals(found.select("estimate", "low", "high")), "as found"
    assert allowed["recall_programme"].to_list() == pytest.approx([0.8] * 3)
    assert allowed["recall_comparison"].to_list() == pytest.approx([0.9] * 3)
    assert allowed["linkage_share"].to_list() == pytest.approx([0.0] * 3, abs=1e-9)
    known = {name: [at for at in range(1_200) if at % 5 == 0 and at % 3 == n] for n, name in enumerate("abc")}
    on = groups.families["programme"].to_numpy() > 0
    fewer = [min(int(on[of].sum()), int((~on[of]).sum())) for of in known.values()]
    assert allowed["recall_people"].to_list() == fewer
    assert found.select("recall_programme", "recall_people", "linkage_share").null_count().row(0) == (3, 3, 3)


def test_recall_that_is_not_known_errs_in_all_groups_alike_and_leaning_does_not_take_it_out() -> None:
    """Drawn with a deviation of .1 of itself on the programme: no interval is narrower than that alone."""
    members, begun, groups = of_events(families=12_000)
    rng = np.random.default_rng(5)
    drawn = np.column_stack([np.full(2_000, 0.9), 0.8 * np.exp(rng.normal(0, 0.1, 2_000))])
    known, unknown = (
        of_kinds({COUNCIL: members}, begun, groups, recalled(begun, groups, of))
        for of in (np.tile(drawn.mean(axis=0), (50, 1)), drawn)
    )
    widths = [np.log((of["pooled_high"] / of["pooled_low"]).to_numpy()) / (2 * Z) for of in (known, unknown)]
    assert (widths[1] >= 0.1 * 0.97).all()
    assert (widths[1] > widths[0]).all()
    assert unknown["linkage_share"].to_numpy() == pytest.approx(1 - (widths[0] / widths[1]) ** 2, abs=0.15)
    assert (unknown["linkage_share"] > 0.5).all()


def test_rows_are_ratios_of_these_families_alone() -> None:
    members, begun, groups = of_events()
    table = of_kinds({COUNCIL: members}, begun, groups, UNKNOWN)
    Subgroups.validate(table)
    for row in table.iter_rows(named=True):
        mine = begun.filter(pl.col("family_id").is_in(list(members[row["group"]])))
        alone = next(iter(rate_ratios(mine, groups, "weighted")))
        assert row["estimate"] == pytest.approx(alone["estimate"])
        assert row["standard_error"] == pytest.approx(alone["standard_error"])
        assert row["programme_families"] + row["comparison_families"] == 400
    ratios = dict(table.select("group", "estimate").iter_rows())
    leaning = dict(table.select("group", "pooled").iter_rows())
    assert ratios["c"] > leaning["c"] > max(leaning["a"], leaning["b"])
    assert table["spread"].n_unique() == table["mean"].n_unique() == 1


def test_a_group_with_too_few_has_counts_and_leans_on_nobody() -> None:
    members, begun, groups = of_events()
    fewer = begun.with_columns(
        events=pl.when(pl.col("family_id").is_in(list(members["a"]))).then(0).otherwise(pl.col("events"))
    )
    table = of_kinds({COUNCIL: members}, fewer, groups, UNKNOWN)
    first = table.row(0, named=True)
    assert (first["group"], first["estimate"], first["pooled"]) == ("a", None, None)
    assert first["programme_families"] >= MINIMUM_COUNT
    assert table["pooled"].null_count() == 3, "two groups are too few to lean on each other"
    assert table["estimate"].null_count() == 1


def test_councils_are_numbered_as_among_the_covariates(
    linked_people: Any, attributes: pl.LazyFrame, returns: Any
) -> None:
    """Hackney and Hull in one region: Hull's code is the lower."""
    one = dict.fromkeys(("E09000012", "E06000010"), "North")
    laid = lay(linked_people, attributes, returns, one, (dt.date(2012, 4, 1), dt.date(2020, 3, 31)))
    assert _by_council(laid, attributes) == {
        "council 1 of North": frozenset({"fam-2"}), "council 2 of North": frozenset({"fam-1"})
    }  # fmt: skip
