"""Linked against unlinked: by hand, over redraws where nobody differs and where some do, and in words."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tf_linkage.intervals import Z, design_effect, summed_by
from tf_linkage.quality.measures.unlinked import _blocks, _exchanged, chance_of_all, differences_of
from tf_linkage.quality.report.unlinked_section import TOO_FEW, difference_section, judged, seen_from


def people(rows: list[tuple[object, bool]], each: int = 1) -> pl.DataFrame:
    """People by group and whether linked; families of so many."""
    return pl.DataFrame(rows, schema=["group", "linked"], orient="row").with_columns(
        person_id=pl.int_range(pl.len()).cast(pl.String).str.zfill(5),
        family_id=(pl.int_range(pl.len()) // each).cast(pl.String).str.zfill(5),
    )


BY_HAND: list[tuple[object, bool]] = [
    *[("a", True)] * 12, *[("b", True)] * 8, *[("a", False)] * 4, *[("b", False)] * 6,
]  # fmt: skip
"""Linked: 12 of 20 are a; unlinked: 4 of 10."""


def test_a_difference_by_hand() -> None:
    """(.6 - .4) / sqrt((.24 + .24) / 2); squares from the share of all, 16 of 30, over those of 20 and 10."""
    found = differences_of(people(BY_HAND), "group")
    spread = 0.24**0.5
    of_a, of_b = (14 / 30) ** 2, (16 / 30) ** 2
    error = ((12 * of_a + 8 * of_b) / 20**2 + (4 * of_a + 6 * of_b) / 10**2) ** 0.5 / spread
    by_level = {row["level"]: row for row in found.iter_rows(named=True)}
    assert by_level["a"]["value"] == pytest.approx(0.2 / spread)
    assert by_level["b"]["value"] == pytest.approx(-0.2 / spread), "the sign says which way"
    assert by_level["a"]["low"] == pytest.approx(0.2 / spread - Z * error)
    assert by_level["a"]["high"] == pytest.approx(0.2 / spread + Z * error)
    assert by_level["a"]["denominator"] == 10


def test_families_alike_widen_the_interval_as_their_size_does() -> None:
    """Each person four times, in one family: four times the people, and the same to go by."""
    four = [row for row in BY_HAND for _ in range(4)]
    once, alike, apart = (
        differences_of(people(rows, each), "group").row(0, named=True)
        for rows, each in ((BY_HAND, 1), (four, 4), (four, 1))
    )
    assert alike["value"] == pytest.approx(once["value"])
    assert alike["high"] - alike["low"] == pytest.approx(once["high"] - once["low"])
    assert apart["high"] - apart["low"] == pytest.approx((once["high"] - once["low"]) / 2)


def test_a_group_of_whom_nobody_is_unlinked_has_an_interval() -> None:
    rows = [("a", True)] * 30 + [("b", True)] * 60 + [("b", False)] * 10
    row = differences_of(people(rows), "group").row(0, named=True)
    assert row["low"] < row["value"] < row["high"]


def test_several_groups_of_one_person_and_nobody_unlinked() -> None:
    several = people([(["x", "y"], True)] * 20 + [(["x"], False)] * 10 + [(["z"], True)] * 5)
    assert differences_of(several, "group")["level"].to_list() == ["x", "y", "z"]
    assert differences_of(people([("a", True)] * 20), "group")["value"].to_list() == [None]
    assert chance_of_all(people([("a", True)] * 20), ["group"]).is_empty()


def drawn(seed: int, *, differing: float = 0.0) -> pl.DataFrame:
    """Families of one to four of whom one in ten is unlinked, together or not at all; six groups."""
    rng = np.random.default_rng(seed)
    family = np.repeat(np.arange(300), rng.integers(1, 5, 300))
    group = rng.integers(0, 6, len(family))
    missed = rng.random(300)[family] < 0.1 + differing * (group == 0)
    return pl.DataFrame(
        {"person_id": np.arange(len(family)), "family_id": family, "linked": ~missed, "group": group,
         "other": rng.integers(0, 3, len(family))}
    )  # fmt: skip


def test_where_nobody_differs_intervals_hold_nothing_and_the_test_is_quiet() -> None:
    """Of 40 worlds, more than six below .05 come once in a hundred; nine of ten differences hold 0."""
    chances = [chance_of_all(drawn(s), ["group", "other"], permutations=99)["value"][0] for s in range(40)]
    assert sum(chance <= 0.05 for chance in chances) <= 6
    found = pl.concat([differences_of(drawn(s), "group") for s in range(40)])
    holding = found.select((pl.col("low") <= 0) & (pl.col("high") >= 0)).to_series().mean()
    assert holding == pytest.approx(0.95, abs=0.04)


def test_where_one_group_is_missed_more_the_test_says_so() -> None:
    chances = [chance_of_all(drawn(s, differing=0.3), ["group"], permutations=99)["value"][0] for s in range(10)]
    assert sum(chance <= 0.05 for chance in chances) >= 9
    row = differences_of(drawn(1, differing=0.3), "group").row(0, named=True)
    assert row["high"] < 0, "linked people are less often of that group"


def test_families_are_exchanged_whole_and_with_others_of_their_size() -> None:
    family = pl.Series(["a", "a", "b", "c", "c", "d"])
    blocks = _blocks(family)
    assert [block.tolist() for block in blocks] == [[[2], [5]], [[0, 1], [3, 4]]]
    order = _exchanged(blocks, 6, np.random.default_rng(3))
    assert sorted(order) == list(range(6))
    assert order.tolist() in [[0, 1, 2, 3, 4, 5], [3, 4, 2, 0, 1, 5], [0, 1, 5, 3, 4, 2], [3, 4, 5, 0, 1, 2]]


def test_design_effect_by_hand() -> None:
    family = pl.Series(["a", "a", "b", "b"])
    assert design_effect(family, pl.Series([True, True, False, False])) == 2
    assert design_effect(family, pl.Series([True, False, True, False])) == 1, "never less"
    assert design_effect(family, pl.Series([True] * 4)) == 1
    assert summed_by(pl.Series(["x", "y", "x"]), np.array([1.0, 2.0, 3.0])).tolist() == [4.0, 2.0]


def figures(value: float, low: float, high: float, chance: float | None) -> pl.DataFrame:
    row = {"department": "dwp", "breakdown": "gender", "level": "female", "measure": "standardised_difference",
           "value": value, "low": low, "high": high}  # fmt: skip
    tested = row | {"breakdown": "all", "level": "all", "measure": "alike_chance", "value": chance}
    return pl.DataFrame([row, tested | {"low": None, "high": None}])


def test_the_section_tells_the_three_verdicts_apart() -> None:
    page = difference_section(figures(0.3, 0.2, 0.4, 0.002), {})
    assert "of 1 groups 1 differ, 0 are alike" in page
    assert "differ as much as the widest does only 0.2% of the time, so that chance alone is unlikely" in page
    assert "+0.30 (+0.20" in page
    quiet = difference_section(figures(0.0, -0.05, 0.05, 0.6), {})
    assert "0 differ, 1 are alike, 0 are undecided" in quiet
    assert "one would differ as much as any does 60% of the time" in quiet
    assert "undecided</td>" in difference_section(figures(0.15, -0.1, 0.4, None), {})
    nothing = figures(0.0, 0.0, 0.0, None)
    assert difference_section(nothing.clear(), {}) == ""
    hidden = nothing.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("value", "low", "high"))
    assert TOO_FEW in difference_section(hidden, {})


def test_verdicts_and_what_would_have_been_seen() -> None:
    assert [judged({"low": low, "high": high}) for low, high in ((-0.4, -0.11), (-0.1, 0.1), (0.05, 0.3))] == [
        "differ", "alike", "undecided",
    ]  # fmt: skip
    assert seen_from({"low": -Z, "high": Z}) == pytest.approx(2.8)
