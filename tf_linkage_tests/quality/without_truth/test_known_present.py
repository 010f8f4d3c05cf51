"""Recall of people known to be present: by hand, with wrong flags, and next to the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from tf_linkage.contracts.registry import DEPARTMENTS
from tf_linkage.intervals import wilson_ends
from tf_linkage.quality import figure, match_rates
from tf_linkage.quality.without_truth.known_present import known_figures
from tf_linkage.research.estimates.linkage_error import FLAG_ERROR, known_people

NAME = next(iter(DEPARTMENTS))
PROBLEM, CODES = next(iter(DEPARTMENTS[NAME].known_by.items()))


def known(found: list[bool], each: int = 1) -> pl.DataFrame:
    return pl.DataFrame(
        {"person_id": range(len(found)), "family_id": [i // each for i in range(len(found))],
         "links": [int(one) for one in found], "side": ["a"] * 60 + ["b"] * (len(found) - 60)}
    )  # fmt: skip


def test_by_hand() -> None:
    """90 of 100 found; Wilson's interval, its upper end over .98."""
    row = known_figures(known([i % 10 > 0 for i in range(100)])).row(0, named=True)
    low, high = wilson_ends(0.9, 100)
    assert (row["numerator"], row["denominator"], row["value"]) == (90, 100, 0.9)
    assert row["low"] == pytest.approx(low)
    assert row["high"] == pytest.approx(high / (1 - FLAG_ERROR))


def test_families_found_together_widen_it() -> None:
    row = known_figures(known([i // 4 % 10 > 0 for i in range(400)], each=4)).row(0, named=True)
    assert row["low"] == pytest.approx(wilson_ends(0.9, 100)[0])


def test_by_group_and_of_nobody() -> None:
    parts = known_figures(known([i % 10 > 0 for i in range(100)]), "side")
    assert parts.select("level", "numerator", "denominator").rows() == [("a", 54, 60), ("b", 36, 40)]
    assert known_figures(known([True] * 60).clear()).is_empty()


def test_who_is_known_by_flag_and_age() -> None:
    """Any record's flag counts; other problems, other codes and ages outside the register do not."""
    base = {problem: None for department in DEPARTMENTS.values() for problem in department.known_by}
    young = DEPARTMENTS[NAME].youngest - 1
    rows = [
        ("p1", "1", 30, CODES[0]), ("p1", "2", 30, None), ("p2", "3", 30, None), ("p3", "4", young, CODES[0]),
        ("p4", "5", None, CODES[0]), ("p5", "6", 30, "DEBT"),
    ]  # fmt: skip
    attributes = pl.DataFrame(
        [
            base | {"person_id": p, "person_ref": ref, "family_id": "f", "la_code": "E", "age": age, PROBLEM: flag}
            for p, ref, age, flag in rows
        ],
        infer_schema_length=None,
    ).with_columns(pl.col(list(base)).cast(pl.String))
    assert known_people(attributes, NAME)["person_id"].to_list() == ["p1", "p4"]


def test_the_interval_holds_the_true_recall_with_flags_wrong() -> None:
    """60 draws of 400 flagged in families of two, one flag in a hundred wrong: fewer than 52 come once in 500."""
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        quality = np.repeat(rng.beta(19, 1, 200), 2)
        absent = rng.random(400) < 0.01
        found = (rng.random(400) < quality) & ~absent
        row = known_figures(known(found.tolist(), each=2)).row(0, named=True)
        held += row["low"] <= 0.95 <= row["high"]
    assert held >= 52


def test_a_run_without_truth_says_it(world: Any) -> None:
    """Everybody flagged: of the people sent, those linked are the share."""
    flagged = world.attributes.with_columns(pl.lit(CODES[0]).cast(pl.Enum([CODES[0]])).alias(PROBLEM))
    metrics = match_rates(flagged, world.requested, world.links).collect()
    assert figure(metrics, NAME, "known_recall") == pytest.approx(figure(metrics, NAME, "match_rate"))
    unflagged = match_rates(world.attributes, world.requested, world.links).collect()
    assert np.isnan(figure(unflagged, NAME, "known_recall"))
