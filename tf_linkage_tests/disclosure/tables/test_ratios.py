"""Ratios as they leave: rounded by a part of themselves, with E-values, and placebos under the same rules."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables_of_counts import placebos as made

from tf_linkage.contracts.outputs.estimates import ALL_TOGETHER
from tf_linkage.contracts.outputs.published import WITHHELD, Placebos
from tf_linkage.disclosure.findings_page.before_start import placebos_section
from tf_linkage.disclosure.findings_page.cells import plain
from tf_linkage.disclosure.tables.intervals import e_values, rounded_ratio
from tf_linkage.disclosure.tables.placebos import placebos

EARLIER, LAST = "13-24 months before", "1-12 months before"


@pytest.mark.parametrize(
    ("ratio", "families", "expected"),
    [
        ((0.62, 0.21, 1.83), 10, (0.67, 0.19, 2.3)),
        ((0.30, 0.09, 1.00), 12, (0.30, 0.087, 1.0)),
        ((0.85, 0.78, 0.93), 400, (0.853, 0.773, 0.943)),
    ],
)
def test_ratios_by_hand(ratio: tuple[float, ...], families: int, expected: tuple[float, ...]) -> None:
    """Powers of 1.5 and of 1.02; the interval outwards, to two or three figures."""
    found = rounded_ratio(*ratio, families)
    assert (found["estimate"], found["low"], found["high"]) == expected


@given(st.floats(0.02, 30), st.floats(0.01, 1.5), st.floats(0.01, 1.5), st.integers(10, 5_000), st.integers(-5, 5))
def test_a_rounded_ratio_is_within_its_interval_and_five_families_more_move_it_by_one_step(
    ratio: float, below: float, above: float, families: int, more: int
) -> None:
    low, high = ratio * math.exp(-below), ratio * math.exp(above)
    found = rounded_ratio(ratio, low, high, families)
    assert 0 < found["low"] <= low * (1 + 1e-8)
    assert found["high"] >= high * (1 - 1e-8)
    assert found["low"] <= found["estimate"] <= found["high"]
    half = math.log1p(found["rounded_to"]) / 2
    assert abs(math.log(found["estimate"] / ratio)) <= half + math.log1p(0.05), "half a step, and two figures"
    moved = rounded_ratio(ratio * (1 + more / families), low * 0.1, high * 10, families)
    # Five fewer of ten are half as many, which is nearly two steps of a half.
    steps = 1 if more >= 0 else 2
    apart = abs(math.log(moved["estimate"] / found["estimate"]))
    assert apart <= steps * math.log1p(found["rounded_to"]) + 2 * math.log1p(0.05)


def test_e_values_by_hand() -> None:
    assert e_values(0.85, 0.78, 0.93) == (1.63, 1.36)
    assert e_values(2.0, 0.9, 4.0) == (3.41, 1.0), "the interval holds 1: nothing is needed"
    assert e_values(2.0, 1.5, 4.0) == (3.41, 2.37)


@pytest.mark.parametrize(("having", "rule"), [(9, "few"), (10, None)])
def test_placebos_leave_under_the_rules_of_differences(having: int, rule: str | None) -> None:
    table, decisions = placebos({"placebos": made({(LAST, ALL_TOGETHER): (1.2, 0.05, having)})})
    Placebos.validate(table)
    assert decisions["rule"].to_list() == [rule]
    row = table.row(0, named=True)
    assert (row["estimate"] is None) is (rule is not None)
    assert row["note"] == (WITHHELD if rule else None)


def test_what_is_seen_four_times_in_five_follows_from_the_rounded_interval() -> None:
    row = placebos({"placebos": made({(LAST, ALL_TOGETHER): (1.2, 0.05, 60)})})[0].row(0, named=True)
    error = math.log(row["high"] / row["low"]) / (2 * 1.96)
    assert row["detectable"] == pytest.approx(math.exp(2.8 * error), abs=0.011)


def test_the_page_says_what_was_seen_and_what_was_not() -> None:
    estimates = made({(EARLIER, ALL_TOGETHER): (1.01, 0.05, 60), (LAST, ALL_TOGETHER): (1.6, 0.05, 60)})
    page = placebos_section(plain(placebos({"placebos": estimates})[0].lazy())).replace("&nbsp;", " ")
    assert "13-24 months before, all outcomes together: 1" in page
    assert "None is seen" in page
    assert "had more need than the weighted comparison" in page
    none = placebos({"placebos": estimates.with_columns(pl.lit(3).cast(pl.Int32).alias("programme_families_with"))})
    assert placebos_section(plain(none[0].lazy())).count("too few families to tell") == 2


def test_all_outcomes_together_are_rounded_by_what_the_rarest_does_to_their_mean() -> None:
    """A mean of eight moves by an eighth: rounded like the rarest alone it could hide what the check finds."""
    outcomes = ("out_of_work_benefit", "employment", "conviction", "child_in_need", "child_protection",
                "looked_after", "exclusion", "job_seeking")  # fmt: skip
    cells = {(LAST, outcome): (1.4, 0.2, 100) for outcome in outcomes}
    told = placebos({"placebos": made(cells | {(LAST, ALL_TOGETHER): (1.38, 0.075, 10)})})[0]
    alone = placebos({"placebos": made({(LAST, ALL_TOGETHER): (1.38, 0.075, 10)})})[0].row(0, named=True)
    row = told.filter(pl.col("outcome") == ALL_TOGETHER).row(0, named=True)
    assert (row["rounded_to"], alone["rounded_to"]) == (0.1, 0.5), "5 of 80, and 5 of 10, on the grid of steps"
    assert row["low"] > 1, "nothing should be there, and the check says that something is"
    assert alone["low"] <= 1
    half = math.log1p(row["rounded_to"]) / 2
    assert len(outcomes) * 2 * half >= math.log1p(alone["rounded_to"]), "their sum is told no finer than the rarest"
